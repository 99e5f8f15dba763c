#!/bin/sh
# SPDX-License-Identifier: MIT
# check_sequence.sh: runs the example of sequences and checks every figure and message that it shows.
. "$(dirname "$0")/lib.sh"
run_example sequence '^1\. Serve'

shows '^1\. Serve 32 sequences of 0 to 2000 time steps as one batch, 3772 rows$'
shows 'features: 22632 values, 0 differ from Python.s, bit for bit$'
shows '^0 features differ; the same in other batches; 5 of 5 faults stopped$'
difference=$(sed -n "s/^ *predictions: largest difference from Python's //p" "$output")
holds "$difference < 1e-4" "difference from Python's predictions"
served=$(figure 'R2: ' 1) python=$(figure 'R2: ' 2) forgotten=$(sed -nE 's/.*scaler is forgotten: (-?[0-9.]+); all outputs are finite: yes$/\1/p' "$output")
holds "$served == $python && $served > 0.9" "R2, served and Python's"
holds "$forgotten < 0" 'R2 without the scaler'
for size in 1 2 7; do
  holds "$(sed -n "s/^ *$size at a time: largest difference //p" "$output") < 1e-5" "batches of $size"
done

stops 'a NaN in one time step of a long sequence' 'row 1500, column "load_n" (1 of 4): NaN' \
  'that row is time step 1492 of machine 3, sequence 3'
stops 'rows taken out, so that the lengths no longer fit' '1 row was rejected, and the call hands on a matrix or range'
stops 'padding that is handed back' 'model output: wrong shape: expected 3772 rows, got 64000'
stops 'padding that leaks into the results, for want of a mask' 'model output is not finite in 1772 of 3772 rows'
stops "lengths of another batch: the model's own check" '   | the sequences have 7 time steps, but there are 3772 rows'
echo "figure: sequences, 3772 time steps, R2 $served, Python's $python, without the scaler $forgotten"
finish
