#!/bin/sh
# SPDX-License-Identifier: MIT
# Python package: exporter and numpy twin
# One core: runs beside other proofs.
. tests/proofs/lib.sh
PYTHONPATH=python "$PYTHON" -m unittest discover -s python/tests
