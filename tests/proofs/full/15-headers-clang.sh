#!/bin/sh
# SPDX-License-Identifier: MIT
# Every header compiles alone, and all of them twice in one program, clang
. tests/proofs/lib.sh
. tests/headers/check.sh
check_headers clang++
