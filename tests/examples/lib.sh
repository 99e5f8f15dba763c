# SPDX-License-Identifier: MIT
# Sourced by the check_*.sh, which run an example and check what it shows. They build in build/, or in the folder BUILD names,
# print "N passed, N failed", and end with status 77 if something is missing, which CI does not allow of what comes from PyPI.
set -u
cd "$(dirname "$0")/../.." || exit 2
BUILD=${BUILD:-$(pwd)/build}
export BUILD
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
holds() { # condition in awk on numbers, none of which may be empty; what
  awk "BEGIN { exit !($1) }" 2>/dev/null
  verdict $? "$2: $1"
}

run_example() { # name, what its output has if it ran at all
  option=--no-install
  case $1 in keras | onnx) option=${OFFLINE:+--offline} ;; esac
  # shellcheck disable=SC2086  # nothing or a word
  examples/run $option "$1" >"$output" 2>&1
  status=$?
  if [ $status -eq 77 ]; then
    tail -n 4 "$output"
    [ -z "$option" ] && [ "${CI:-}" = true ] && echo "error: CI must not leave out examples/run $1" && exit 1
    echo "NOT TESTED: examples/run $1 (what it needs is not there; see above)"
    exit 77
  fi
  if ! grep -q "$2" "$output"; then
    cat "$output"
    echo '0 passed, 1 failed'
    exit 1
  fi
  verdict $status "examples/run $1 ended with status $status"
}

finish() {
  [ "$failed" -eq 0 ] || cat "$output"
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ]
}
