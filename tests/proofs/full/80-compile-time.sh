#!/bin/sh
# SPDX-License-Identifier: MIT
# Compile time and size against Eigen/Core alone; a program that only loads and guards contains no fit
# One core: runs beside other proofs.
. tests/proofs/lib.sh
"$PYTHON" tests/compile_time.py "$BUILD/compile-time" $includes
