#!/bin/sh
# SPDX-License-Identifier: MIT
# Verdicts on many rows: false alarms and faults found, on six real data sets
# One core: runs beside other proofs.
. tests/proofs/lib.sh
"$PYTHON" tests/stream/main.py "$BUILD/tests/stream_peer" --splits 10 --windows 100 --trials 20
