#!/bin/sh
# SPDX-License-Identifier: MIT
# All headers twice in one program, clang
. tests/proofs/lib.sh
. tests/headers/check.sh
check_headers clang++ together
