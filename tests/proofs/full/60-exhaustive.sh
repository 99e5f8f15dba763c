#!/bin/sh
# SPDX-License-Identifier: MIT
# All 2^32 float32 patterns through every finite check
# One core: runs beside other proofs.
. tests/proofs/lib.sh
"$BUILD/tests/finite_exhaustive"
