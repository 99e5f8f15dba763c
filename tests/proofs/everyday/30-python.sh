#!/bin/sh
# SPDX-License-Identifier: MIT
# Python package: exporter and numpy twin
. tests/proofs/lib.sh
PYTHONPATH=python "$PYTHON" -W error::DeprecationWarning:prepguard -m unittest discover -s python/tests -t python
