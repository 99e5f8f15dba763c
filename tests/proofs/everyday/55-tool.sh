#!/bin/sh
# SPDX-License-Identifier: MIT
# Command line tool: as a script sees it, and its numbers against scikit-learn
# One core: runs beside other proofs.
. tests/proofs/lib.sh
"$PYTHON" tests/examples/tool_test.py "$BUILD/examples/prepguard" || failed=1
"$PYTHON" tests/parity/tool_parity.py "$BUILD/examples/prepguard" || failed=1
[ -z "${failed:-}" ]
