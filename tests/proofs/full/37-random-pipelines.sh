#!/bin/sh
# SPDX-License-Identifier: MIT
# Two thousand random pipelines against scikit-learn, 300 of them never seen before
. tests/proofs/lib.sh
"$PYTHON" tests/random_pipelines/main.py "$BUILD/tests/peer" --count 1700 --seed 20240229 --jobs "$JOBS" || failed=1
"$PYTHON" tests/random_pipelines/main.py "$BUILD/tests/peer" --count 300 --jobs "$JOBS" || failed=1
[ -z "${failed:-}" ]
