#!/bin/sh
# SPDX-License-Identifier: MIT
# Instructions: no more than stored, no call or division in the hot loops
# One core: runs beside other proofs.
. tests/proofs/lib.sh
sh benchmarks/count --no-install
