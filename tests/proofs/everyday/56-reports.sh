#!/bin/sh
# SPDX-License-Identifier: MIT
# Reports of the guard: JSON and metrics as other programs read them
# One core: runs beside other proofs.
. tests/proofs/lib.sh
"$PYTHON" tests/report_formats.py "$BUILD/tests/report_sample"
