#!/bin/sh
# SPDX-License-Identifier: MIT
# Headers alone and twice in one program, clang
. tests/proofs/lib.sh
. tests/headers/check.sh
check_headers clang++
