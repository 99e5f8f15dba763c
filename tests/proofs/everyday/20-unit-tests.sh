#!/bin/sh
# SPDX-License-Identifier: MIT
# Unit tests
. tests/proofs/lib.sh
"$BUILD/tests/unit_tests"
