#!/bin/sh
# SPDX-License-Identifier: MIT
# Penguins served by TensorFlow: a Keras model, from PyPI
# One core: runs beside other proofs.
. tests/proofs/lib.sh
sh tests/examples/check_output.sh keras
