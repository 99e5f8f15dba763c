#!/bin/sh
# SPDX-License-Identifier: MIT
# Transform against scikit-learn run here, bit for bit
. tests/proofs/lib.sh
. tests/parity/data.sh
"$BUILD/tests/parity" "$parity_data" >"$BUILD/parity.log" || failed=1
sed 's/^parity /G7 /' "$BUILD/parity.log"
[ -z "${failed:-}" ]
