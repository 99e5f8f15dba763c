#!/bin/sh
# SPDX-License-Identifier: MIT
# Two thousand random pipelines against scikit-learn, half of them never seen before
. tests/proofs/lib.sh
"$PYTHON" tests/random_pipelines/main.py "$BUILD/tests/peer" --count 1000 --seed 20240229 --jobs "$JOBS" || failed=1
"$PYTHON" tests/random_pipelines/main.py "$BUILD/tests/peer" --count 1000 --jobs "$JOBS" || failed=1
[ -z "${failed:-}" ]
