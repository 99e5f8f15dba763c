#!/bin/sh
# SPDX-License-Identifier: MIT
# Unit tests built by clang
. tests/proofs/lib.sh
# Not optimised: what clang's optimiser does to numbers is the business of the proof about flags.
CXX=clang++ meson_unit_tests "$BUILD/clang" -Dwerror=true -Doptimization=0
"$BUILD/clang/tests/unit_tests"
