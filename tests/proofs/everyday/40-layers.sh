#!/bin/sh
# SPDX-License-Identifier: MIT
# Include layers, size budgets, licence lines
. tests/proofs/lib.sh
"$PYTHON" tests/check_layers.py
