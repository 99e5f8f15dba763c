#!/bin/sh
# SPDX-License-Identifier: MIT
# Compile time of prepguard's headers against Eigen/Core alone
. tests/proofs/lib.sh
"$PYTHON" tests/compile_time.py "$BUILD/compile-time" $includes
