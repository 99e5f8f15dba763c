#!/bin/sh
# SPDX-License-Identifier: MIT
# A hundred million rows through partial_fit, in memory that does not grow, to known exact statistics
. tests/proofs/lib.sh
"$BUILD/tests/stream_fit" 100000000
