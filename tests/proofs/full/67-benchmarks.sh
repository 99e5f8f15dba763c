#!/bin/sh
# SPDX-License-Identifier: MIT
# Benchmarks: they build, run, and no variant of ours leaves a wrong bit (times are not judged)
. tests/proofs/lib.sh
plain=$(for source in benchmarks/*_benchmark.cpp; do basename "$source" .cpp; done)
# shellcheck disable=SC2046  # several targets; those for other flags are left to benchmarks/run
ninja -C "$BUILD" -j "$JOBS" $(for name in $plain; do echo "benchmarks/$name"; done) \
  benchmarks/libpython_peers.so benchmarks/libfit_peers.so
results=$BUILD/benchmarks.lines
echo '{"system": "proof"}' >"$results"
add() { # program, command
  printf '{"program": "%s", "build": "c++ -O2"}\n' "$1" >>"$results"
  shift
  "$@" --quick --json >>"$results"
}
for name in $plain; do
  add "$name" "$BUILD/benchmarks/$name"
done
for name in python_peers fit_peers; do
  add "$name" "$PYTHON" "benchmarks/$name.py" "$BUILD/benchmarks/lib$name.so"
done
"$PYTHON" benchmarks/summary.py "$results" --json "$BUILD/benchmarks.json" --svg "$BUILD/benchmarks.svg"
"$PYTHON" - "$BUILD/benchmarks.json" "$BUILD/benchmarks.svg" <<'CHECK'
import json, sys
from xml.dom import minidom
rows = json.load(open(sys.argv[1]))["rows"]
wrong = [row for row in rows if not row["right"] and row["kind"] == "own"]
for row in wrong:
    print("WRONG:", row["program"], row["case"], row["variant"])
assert minidom.parse(sys.argv[2]).getElementsByTagName("rect").length > 20, "no bars in the plot"
print(f"figure: {sum(row['kind'] == 'own' for row in rows)} rows of prepguard, {len(wrong)} of them wrong")
sys.exit(bool(wrong))
CHECK
