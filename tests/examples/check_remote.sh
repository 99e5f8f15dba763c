#!/bin/sh
# SPDX-License-Identifier: MIT
# check_remote.sh: runs the example of a model behind HTTP and checks every figure and message that it shows.
. "$(dirname "$0")/lib.sh"
run_example remote '^1\. Numbers'

shows '^1\. Numbers there and back as JSON: 1050 sent, 0 differ$'
shows "^0 numbers differ; accuracy equal; 7 of 7 faults stopped\$"
served=$(figure 'accuracy: ' 1) python=$(figure 'accuracy: ' 2)
holds "$served == $python && $served > 0.95" "accuracies, served and Python's"
difference=$(sed -n "s/^ *probabilities: largest difference from Python's //p" "$output")
holds "$difference < 1e-5" "difference from Python's probabilities"

stops 'a NaN, which JSON does not have' 'row 17, column "year" (5 of 7): NaN' 'calls that reached the server: 2 before, 2 after'
stops 'an answer that lost a row' 'model output: wrong shape: expected 104 rows, got 103'
stops 'an answer with a NaN' 'model output is not finite: row 5, column 1 (2 of 3) = NaN'
stops 'the server says no' '| status 404: Servable not found for request: Latest(pinguine)'
stops 'half an answer' "| the server's answer has no \"predictions\": {"
stops 'an answer that takes too long' '/v1/models/slow:predict: Read'
stops 'nobody is there' '| no answer from http://127.0.0.1:9/v1/models/penguins:predict: Connection'
shows 'the same guard afterwards: accuracy 0.9[0-9]+ '
shows 'its counts: 1 served, 0 refused, 1 thrown by the model$'
echo "figure: remote, 1050 numbers there and back as JSON, none differs"
finish
