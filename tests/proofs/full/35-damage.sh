#!/bin/sh
# SPDX-License-Identifier: MIT
# Damaged files: the same for every golden file
# One core: runs beside other proofs.
. tests/proofs/lib.sh
"$BUILD/tests/damage" --all
