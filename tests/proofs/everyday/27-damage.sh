#!/bin/sh
# SPDX-License-Identifier: MIT
# Damaged files: every cut and flipped bit of some, random edits, flipped bits under a right checksum
. tests/proofs/lib.sh
"$BUILD/tests/damage"
