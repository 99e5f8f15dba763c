#!/bin/sh
# SPDX-License-Identifier: MIT
# Today's scikit-learn, numpy and pandas: Python tests, parity, random pipelines
# One core: runs beside other proofs.
. tests/proofs/lib.sh
venv=$BUILD/newest-python
give_up() {
  [ "${CI:-}" != true ] || { echo "error: $1, and CI must not leave this out" && exit 1; }
  skip "NOT TESTED with today's scikit-learn and numpy: $1"
}
[ -z "$OFFLINE" ] || give_up 'told to stay offline'
"$PYTHON" -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --no-input --retries 2 --upgrade scikit-learn numpy pandas polars ||
  give_up 'pip could not install them (PyPI not reachable?)'
"$venv/bin/python" -c '
import numpy, pandas, sklearn
print(f"figure: scikit-learn {sklearn.__version__}, numpy {numpy.__version__}, pandas {pandas.__version__}")'
PYTHONPATH=python "$venv/bin/python" -m unittest discover -s python/tests || failed=1
"$venv/bin/python" tests/fit/encoders_against_sklearn.py "$BUILD/tests/encoder_peer" || failed=1
"$venv/bin/python" tests/parity/make_parity.py "$BUILD/parity-data-newest"
"$BUILD/tests/parity" "$BUILD/parity-data-newest" >"$BUILD/parity-newest.log" || failed=1
sed 's/^parity /G7 newest /' "$BUILD/parity-newest.log"
"$venv/bin/python" tests/random_pipelines/main.py "$BUILD/tests/peer" --count 320 --seed 5 --jobs "$JOBS" || failed=1
[ -z "${failed:-}" ]
