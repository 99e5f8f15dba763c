#!/bin/sh
# SPDX-License-Identifier: MIT
# Python tests with today's scikit-learn, numpy and pandas
. tests/proofs/lib.sh
venv=$BUILD/newest-python
give_up() {
  [ "${CI:-}" != true ] || { echo "error: $1, and CI must not leave this out" && exit 1; }
  skip "NOT TESTED with today's scikit-learn and numpy: $1"
}
[ -z "$OFFLINE" ] || give_up 'told to stay offline'
"$PYTHON" -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --no-input --retries 2 --upgrade scikit-learn numpy pandas ||
  give_up 'pip could not install them (PyPI not reachable?)'
"$venv/bin/python" -c '
import numpy, pandas, sklearn
print(f"figure: scikit-learn {sklearn.__version__}, numpy {numpy.__version__}, pandas {pandas.__version__}")'
PYTHONPATH=python "$venv/bin/python" -m unittest discover -s python/tests
"$venv/bin/python" tests/fit/encoders_against_sklearn.py "$BUILD/tests/encoder_peer"
