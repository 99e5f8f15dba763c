#!/bin/sh
# SPDX-License-Identifier: MIT
# Unit tests built by clang, under the address and undefined behaviour sanitizers
. tests/proofs/lib.sh
# Not optimised: what clang's optimiser does to numbers is the business of the proof about flags.
CXX=clang++ meson_unit_tests "$BUILD/asan" -Dwerror=true -Doptimization=0 -Db_sanitize=address,undefined -Db_lundef=false \
  -Dcpp_args="-DPREPGUARD_ONE_SCALAR -fno-sanitize-recover=all -fsanitize-ignorelist=$ROOT/tests/sanitizers.ignore"
# Two processes of about the same time: the suite that every step goes through, with the long ones, and the rest.
tests=$BUILD/asan/tests/unit_tests
long='conformance*,partial*,executor*'
"$tests" --test-case="$long" >"$BUILD/asan/long.log" 2>&1 &
first=$!
"$tests" --test-case-exclude="$long" || failed=1
wait "$first" || failed=1
cat "$BUILD/asan/long.log"
[ -z "${failed:-}" ]
