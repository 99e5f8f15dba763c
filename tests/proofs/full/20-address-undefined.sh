#!/bin/sh
# SPDX-License-Identifier: MIT
# Unit tests built by clang, under the address and undefined behaviour sanitizers
. tests/proofs/lib.sh
# Not optimised: what clang's optimiser does to numbers is the business of the proof about flags.
CXX=clang++ meson_unit_tests "$BUILD/asan" -Dwerror=true -Doptimization=0 -Db_sanitize=address,undefined -Db_lundef=false \
  -Dcpp_args="-DPREPGUARD_ONE_SCALAR -fno-sanitize-recover=all -fsanitize-ignorelist=$ROOT/tests/sanitizers.ignore"
# Two processes, because this takes minutes: the suite that every step goes through, and the rest.
tests=$BUILD/asan/tests/unit_tests
"$tests" --test-case='conformance*' >"$BUILD/asan/conformance.log" 2>&1 &
conformance=$!
"$tests" --test-case-exclude='conformance*' || failed=1
wait "$conformance" || failed=1
cat "$BUILD/asan/conformance.log"
[ -z "${failed:-}" ]
