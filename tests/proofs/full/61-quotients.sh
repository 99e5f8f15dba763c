#!/bin/sh
# SPDX-License-Identifier: MIT
# Quotients without division: all 2^32 float32 numerators, more than 10^9 float64 ones
# One core: runs beside other proofs.
. tests/proofs/lib.sh
"$BUILD/tests/quotients_exhaustive"
