#!/bin/sh
# SPDX-License-Identifier: MIT
# Benchmarks: they build, run, and no variant of ours leaves a wrong bit (times are not judged)
. tests/proofs/lib.sh
ninja -C "$BUILD" -j "$JOBS" benchmarks
for program in finite transform row guard; do
  "$BUILD/benchmarks/${program}_benchmark" --quick >"$BUILD/benchmark.txt"
  cat "$BUILD/benchmark.txt"
  if grep -E '^ *prepguard.*WRONG' "$BUILD/benchmark.txt"; then exit 1; fi
done
