#!/bin/sh
# SPDX-License-Identifier: MIT
# Tests that name threads, under the thread sanitizer
. tests/proofs/lib.sh
meson_unit_tests "$BUILD/tsan" -Db_sanitize=thread -Db_lundef=false
# Some kernels place memory where the sanitizer cannot have it, unless addresses are not randomised.
fixed_addresses=''
setarch -R true 2>/dev/null && fixed_addresses='setarch -R'
$fixed_addresses "$BUILD/tsan/tests/unit_tests" --test-case='*thread*' >"$BUILD/tsan/output" || failed=1
cat "$BUILD/tsan/output"
[ -z "${failed:-}" ] && ! grep -q 'test cases: *0 ' "$BUILD/tsan/output"
