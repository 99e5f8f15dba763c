#!/bin/sh
# SPDX-License-Identifier: MIT
# Examples: the README's code, and penguins from training to serving
. tests/proofs/lib.sh
"$PYTHON" tests/examples/quick_test.py "$BUILD/examples/quick" || failed=1
sh tests/examples/check_output.sh || failed=1
[ -z "${failed:-}" ]
