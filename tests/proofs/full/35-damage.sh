#!/bin/sh
# SPDX-License-Identifier: MIT
# Damaged files: the same for every golden file
. tests/proofs/lib.sh
"$BUILD/tests/damage" --all
