#!/bin/sh
# SPDX-License-Identifier: MIT
# Fits against scikit-learn's own, bit for bit, and against exact rational arithmetic
# One core: runs beside other proofs.
. tests/proofs/lib.sh
"$PYTHON" tests/fit/fit_against_sklearn.py "$BUILD/tests/fit_peer"
"$PYTHON" tests/fit/encoders_against_sklearn.py "$BUILD/tests/encoder_peer"
"$BUILD/tests/stream_fit" 1000000
