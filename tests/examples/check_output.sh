#!/bin/sh
# SPDX-License-Identifier: MIT
# check_output.sh [network|xgboost]: runs the penguins example and checks every figure and message that it shows.
# Builds in build/, or in the folder BUILD names. Prints "N passed, N failed"; 77 if something is missing.
set -u
cd "$(dirname "$0")/../.." || exit 2
BUILD=${BUILD:-$(pwd)/build}
export BUILD
model=${1:-network}
passed=0 failed=0
output=$(mktemp)
trap 'rm -f "$output"' EXIT

verdict() { # status, what
  if [ "$1" -eq 0 ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "FAIL: $2"
  fi
}
shows() { # extended regular expression that one line has
  grep -Eq -- "$1" "$output"
  verdict $? "no line like: $1"
}
stops() { # fault, words that lines between its title and the next empty line have
  fault=$1
  shift
  for words; do
    sed -n "/^   $fault\$/,/^\$/p" "$output" | grep -Fq -- "$words"
    verdict $? "$fault: nothing about: $words"
  done
}
figure() { # line that begins so, number of the value in it
  sed -nE "s/^ *$1//p" "$output" | grep -Eo '[0-9]+\.[0-9]+' | sed -n "$2p"
}

examples/run --no-install "$model" >"$output" 2>&1
status=$?
if [ $status -eq 77 ]; then
  tail -n 4 "$output"
  exit 77
fi
if ! grep -q '^1\. Load' "$output"; then
  cat "$output"
  echo '0 passed, 1 failed'
  exit 1
fi
verdict $status "examples/run $model ended with status $status"

shows 'self-test: [0-9]+ rows, [1-9][0-9]+ values, every bit equal$'
shows 'model: (network.txt|booster.json), the one it was exported with$'
shows 'features: [1-9][0-9]{2,} values, 0 differ from Python.s, bit for bit$'
shows "^[1-9][0-9]{2,} values, 0 differ from Python's; accuracy equal; 8 of 8 faults stopped\$"

served=$(figure 'accuracy: ' 1) python=$(figure 'accuracy: .*Python' 1) forgotten=$(figure 'accuracy: ' 3)
awk -v served="$served" -v python="$python" 'BEGIN { exit !(served == python && served > 0.95) }'
verdict $? "accuracies: served '$served', Python's '$python'"
awk -v served="$served" -v forgotten="$forgotten" 'BEGIN { exit !(forgotten != "" && forgotten < served - 0.2) }'
verdict $? "accuracy without the scaler: '$forgotten', with it '$served'"
difference=$(sed -n "s/^ *probabilities: largest difference from Python's //p" "$output")
awk -v d="$difference" 'BEGIN { exit !(d != "" && d < 1e-5) }'
verdict $? "probabilities differ by '$difference'"

stops 'a NaN where training had none' 'row 17, column "year" (5 of 7): NaN' 'training had none in 240 rows' 'do: send a value'
stops 'an Inf' 'row 17, column "body_mass_g" (4 of 7): inf' 'training range [2700, 6300]' 'do: '
stops 'a missing column' 'missing column, column "flipper_length_mm" (3 of 7)' 'got 6 columns without it' 'do: '
stops 'an unknown category' 'row 17, column "island" (6 of 7): unknown category "Svalbard"' 'Biscoe, Dream, Torgersen' 'do: '
stops 'a truncated file' 'penguins.prepguard.json: cut off: '
stops "another model's file" 'rows.csv: not the model this artifact was exported with: expected ' ' bytes, SHA-256 ' 'do: serve the model'
stops 'a wrong model output: NaN' 'model output is not finite: row 42, column 1 (2 of 3) = NaN' 'do: '
stops 'a wrong model output: a row is lost' 'expected 104 rows, got 103' 'do: '

trained=$BUILD/examples/trained/$model
model_file=$(find "$trained" -name 'network.txt' -o -name 'booster.json')
"$BUILD/examples/prepguard" verify "$trained/penguins.prepguard.json" --model "$model_file" | grep -q '^ok  model: '
verdict $? "prepguard verify --model $model_file"

[ "$failed" -eq 0 ] || cat "$output"
sed -nE "s/^ *(features: .*)/figure: $model, \1/p" "$output"
echo "figure: $model, accuracy $served, Python's $python, without the scaler $forgotten"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
