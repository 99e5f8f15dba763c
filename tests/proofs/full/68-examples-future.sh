#!/bin/sh
# SPDX-License-Identifier: MIT
# A guard around a model that answers later
. tests/proofs/lib.sh
sh tests/examples/check_future.sh
