#!/bin/sh
# SPDX-License-Identifier: MIT
# Unit tests under the address and undefined behaviour sanitizers
. tests/proofs/lib.sh
meson_unit_tests "$BUILD/asan" -Db_sanitize=address,undefined -Db_lundef=false -Dcpp_args=-fno-sanitize-recover=all
"$BUILD/asan/tests/unit_tests"
