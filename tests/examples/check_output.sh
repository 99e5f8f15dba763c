#!/bin/sh
# SPDX-License-Identifier: MIT
# check_output.sh [network|xgboost|keras|onnx]: runs the penguins example and checks every figure and message that it shows.
. "$(dirname "$0")/lib.sh"
model=${1:-network}
run_example "$model" '^1\. Load'

shows 'self-test: [0-9]+ rows, [1-9][0-9]+ values, every bit equal$'
shows 'model: (network.txt|booster.json|saved_model|network.onnx), the one it was exported with$'
shows 'features: [1-9][0-9]{2,} values, 0 differ from Python.s, bit for bit$'
shows "^[1-9][0-9]{2,} values, 0 differ from Python's; accuracy equal; 10 of 10 faults stopped\$"

served=$(figure 'accuracy: ' 1) python=$(figure 'accuracy: .*Python' 1) forgotten=$(figure 'accuracy: ' 3)
holds "$served == $python && $served > 0.95" "accuracies, served and Python's"
holds "$forgotten < $served - 0.2" 'accuracies, without the scaler and with it'
difference=$(sed -n "s/^ *probabilities: largest difference from Python's //p" "$output")
holds "$difference < 1e-5" "difference from Python's probabilities"

stops 'the same behind a guard that knows what the features were in training' '104 of 104 rows rejected at input' \
  'column "measured__flipper_length_mm" (3 of 10): 188 is far from all of training; training range [-1.9' 'do: '
stops 'the scaler applied twice' '104 of 104 rows rejected at input' 'column "year" (5 of 7): -1.3' 'training range [2007, 2009]'
stops 'a NaN where training had none' 'row 17, column "year" (5 of 7): NaN' 'training had none in 240 rows' 'do: send a value'
stops 'an Inf' 'row 17, column "body_mass_g" (4 of 7): inf' 'training range [2700, 6300]' 'do: '
stops 'a missing column' 'missing column, column "flipper_length_mm" (3 of 7)' 'got 6 columns without it' 'do: '
stops 'an unknown category' 'row 17, column "island" (6 of 7): unknown category "Svalbard"' 'Biscoe, Dream, Torgersen' 'do: '
stops 'a truncated file' 'penguins.prepguard.json: cut off: '
stops "another model's file" 'rows.csv: not the model this artifact was exported with: expected ' ' bytes, SHA-256 ' 'do: serve the model'
stops 'a wrong model output: NaN' 'model output is not finite: row 42, column 1 (2 of 3) = NaN' 'do: '
stops 'a wrong model output: a row is lost' 'expected 104 rows, got 103' 'do: '

trained=$BUILD/examples/trained/$model
model_file=$(find "$trained" -name 'network.*' -o -name 'booster.json' -o -name saved_model)
"$BUILD/examples/prepguard" verify "$trained/penguins.prepguard.json" --model "$model_file" | grep -q '^ok  model: '
verdict $? "prepguard verify --model $model_file"

sed -nE "s/^ *(features: .*)/figure: $model, \1/p" "$output"
echo "figure: $model, accuracy $served, Python's $python, without the scaler $forgotten"
finish
