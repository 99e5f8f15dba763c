#!/bin/sh
# SPDX-License-Identifier: MIT
# Every public header compiles alone, and all headers twice in one program
. tests/proofs/lib.sh
. tests/headers/check.sh
check_headers "${CXX:-c++}" public
