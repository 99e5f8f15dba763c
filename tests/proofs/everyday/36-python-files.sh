#!/bin/sh
# SPDX-License-Identifier: MIT
# Files: C++ and Python read each other's, write the same bytes and refuse the same states
# One core: runs beside other proofs.
. tests/proofs/lib.sh
"$PYTHON" tests/python_files.py "$BUILD/tests/file_peer"
