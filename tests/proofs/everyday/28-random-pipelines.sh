#!/bin/sh
# SPDX-License-Identifier: MIT
# Random pipelines against scikit-learn, bit for bit
. tests/proofs/lib.sh
PYTHONPATH=tests/random_pipelines "$PYTHON" -m unittest shrinker_test
"$PYTHON" tests/random_pipelines/main.py "$BUILD/tests/peer" --count 150 --seed 1 --jobs "$JOBS"
