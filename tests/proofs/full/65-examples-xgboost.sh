#!/bin/sh
# SPDX-License-Identifier: MIT
# Penguins served by XGBoost's own library
. tests/proofs/lib.sh
sh tests/examples/check_output.sh xgboost
