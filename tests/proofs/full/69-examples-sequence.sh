#!/bin/sh
# SPDX-License-Identifier: MIT
# Sequences of varying lengths through one guard
. tests/proofs/lib.sh
sh tests/examples/check_sequence.sh
