#!/bin/sh
# SPDX-License-Identifier: MIT
# Unit tests built by clang, under the address and undefined behaviour sanitizers
. tests/proofs/lib.sh
# Not optimised: what clang's optimiser does to numbers is the business of the proof about flags. Checks that call a
# function or trap, instead of reporting in line, take a quarter off the build; a debugger shows where a trap (SIGILL) was.
CXX=clang++ meson_unit_tests "$BUILD/asan" -Dwerror=true -Doptimization=0 -Db_sanitize=address,undefined -Db_lundef=false -Dcpp_args="-DPREPGUARD_ONE_SCALAR -fsanitize-trap=undefined -mllvm -asan-instrumentation-with-call-threshold=0"
"$BUILD/asan/tests/unit_tests"
