#!/bin/sh
# SPDX-License-Identifier: MIT
# Verdicts on many rows: 120,000 windows without a fault, 6,000 with each
# One core: runs beside other proofs.
. tests/proofs/lib.sh
"$PYTHON" tests/stream/main.py "$BUILD/tests/stream_peer" --splits 100 --windows 200 --trials 10 --seed 2
