#!/bin/sh
# SPDX-License-Identifier: MIT
# Unit tests built by clang
. tests/proofs/lib.sh
CXX=clang++ meson_unit_tests "$BUILD/clang" -Dwerror=true
"$BUILD/clang/tests/unit_tests"
