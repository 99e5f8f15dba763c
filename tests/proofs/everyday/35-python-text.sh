#!/bin/sh
# SPDX-License-Identifier: MIT
# Numbers, JSON and envelope: C++ writes and refuses what Python does
# One core: runs beside other proofs.
. tests/proofs/lib.sh
"$PYTHON" tests/python_text.py "$BUILD/tests/text_peer"
