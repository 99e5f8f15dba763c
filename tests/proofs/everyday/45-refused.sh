#!/bin/sh
# SPDX-License-Identifier: MIT
# Models that would be served wrongly do not compile, and the compiler says why
# One core: runs beside other proofs.
. tests/proofs/lib.sh
passed=0 failed=0
check() { # case, words the compiler must say (none: it must compile)
  output=$(${CXX:-c++} -std=c++20 -fsyntax-only $includes -DCASE="$1" tests/refused.cpp 2>&1) && status=0 || status=1
  if [ -z "$2" ]; then expected=0; else expected=1; fi
  case $status:$output in
  "$expected:"*"$2"*)
    passed=$((passed + 1))
    ;;
  *)
    failed=$((failed + 1))
    echo "case $1: expected status $expected and \"$2\", got $status:"
    printf '%s\n' "$output" | head -20
    ;;
  esac
}
check 0 ''
check 1 'the model returns a lazy Eigen expression'
check 2 'takes none of the forms that a guard can offer'
check 3 'the model must return its result'
check 4 'the model returns a type the guard cannot look into'
check 5 'the model returns a reference to an Eigen map'
check 6 'the guard can check float and double'
check 7 'must return a number or a row of numbers'
check 8 'the future must hold the model'
check 9 'with the further arguments of the call behind'
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
