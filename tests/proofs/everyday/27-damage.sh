#!/bin/sh
# SPDX-License-Identifier: MIT
# Damaged files: every cut and flipped bit of some, random edits, flipped bits under a right checksum
# One core: runs beside other proofs.
. tests/proofs/lib.sh
"$BUILD/tests/damage"
