#!/bin/sh
# SPDX-License-Identifier: MIT
# Real Keras layers on TensorFlow, JAX and numpy, bit for bit in Python and C++
# One core: runs beside other proofs.
. tests/proofs/lib.sh
venv=$BUILD/newest-keras tool=$BUILD/examples/prepguard parity=$BUILD/tests/parity
give_up() {
  [ "${CI:-}" != true ] || { echo "error: $1, and CI must not leave this out" && exit 1; }
  skip "NOT TESTED with real Keras: $1"
}
[ -z "$OFFLINE" ] || give_up 'told to stay offline'
for program in "$tool" "$parity"; do
  [ -x "$program" ] || { echo "error: $program is not built; run tests/run build first" && exit 1; }
done
"$PYTHON" -m venv "$venv"
install() {
  "$venv/bin/python" -m pip install --quiet --no-input --retries 2 --upgrade "$@"
}
install keras tensorflow-cpu 'jax[cpu]' scikit-learn pandas || install keras tensorflow 'jax[cpu]' scikit-learn pandas ||
  give_up 'pip could not install Keras, TensorFlow and JAX (PyPI not reachable?)'
"$venv/bin/python" -c '
from importlib.metadata import distributions
shown = ("keras", "tensorflow", "tensorflow-cpu", "jax", "numpy", "scikit-learn")
found = {dist.metadata["Name"].lower().replace("_", "-"): dist.version for dist in distributions()}
print("figure: keras with " + ", ".join(f"{name} {found[name]}" for name in shown if name in found))'
runs=0 bad=0
check() { # exit status of one comparison
  runs=$((runs + 1)) && [ "$1" -eq 0 ] || bad=$((bad + 1))
}
for backend in tensorflow jax numpy; do
  data=$BUILD/keras-data/$backend status=0
  rm -rf "$data"
  # The backends talk a lot; what they say matters only if something fails.
  KERAS_BACKEND=$backend "$venv/bin/python" tests/keras/real_keras.py "$data" "$tool" 2>"$BUILD/keras-$backend.log" ||
    { status=1 && tail -n 30 "$BUILD/keras-$backend.log"; }
  check "$status"
  status=0
  "$parity" "$data" >"$data.txt" 2>&1 || status=1
  sed -n "s/^parity /figure: keras $backend in C++: /p; s/^figure: parity with scikit-learn/figure: keras $backend in C++, all/p
    /differ/!p" "$data.txt"
  check "$status"
done
echo "$((runs - bad)) passed, $bad failed"
[ "$bad" -eq 0 ]
