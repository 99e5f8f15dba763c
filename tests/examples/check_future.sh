#!/bin/sh
# SPDX-License-Identifier: MIT
# check_future.sh: runs the example of a model that answers later and checks every figure and message that it shows.
. "$(dirname "$0")/lib.sh"
run_example future '^1\. Serve'

shows '^1\. Serve 104 held-out penguins in 8 calls, none of which waits$'
shows 'all calls have returned, and 8 wait for the model$'
shows ' 312 values, 0 differ from those of direct calls$'
stops 'a NaN in the rows: when the call is made' 'row 17, column "year" (5 of 7): NaN' \
  'requests that the queue has seen: 0' 'after three calls with good rows: 3'
stops 'a NaN in the result: when it is asked for' 'model output is not finite: row 1, column 0 (1 of 3) = NaN'
stops 'what the model throws passes unchanged: when it is asked for' '   | out of memory on the device'
shows 'the third call was not harmed: 4 rows of 3 probabilities$'
shows "the guard's counts: 1 served, 2 refused, 2 thrown or never asked for\$"
shows '^0 values differ from those of direct calls; 3 of 3 faults stopped$'
finish
