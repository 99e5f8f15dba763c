# SPDX-License-Identifier: MIT
# Sourced by the proofs that run the parity program: makes its data where they are missing or older than what makes them.
parity_data=$BUILD/parity-data
if [ -z "$(find "$parity_data/cases.txt" -newer tests/parity/make_parity.py 2>/dev/null)" ] ||
  [ -n "$(find python/prepguard tests/parity -name '*.py' -newer "$parity_data/cases.txt")" ]; then
  "$PYTHON" tests/parity/make_parity.py "$parity_data"
fi
