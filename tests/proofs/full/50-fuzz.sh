#!/bin/sh
# SPDX-License-Identifier: MIT
# Fuzzing, a short run of every target
. tests/proofs/lib.sh
seconds=${FUZZ_SECONDS:-40}
ninja_begin "$BUILD/fuzz"
flags="-std=c++20 -O1 -g -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined"
names=''
for source in tests/fuzz/*.cpp; do
  [ -f "$source" ] || skip 'there are no fuzz targets'
  name=$(basename "$source" .cpp)
  names="$names $name"
  ninja_object "$name.o" "$source" "clang++ $flags $warnings $includes"
  ninja_program "$name" "$name.o" "clang++ $flags"
  mkdir -p "$BUILD/fuzz/$name.corpus"
done
ninja_build
mkdir -p "$BUILD/fuzz/seeds"
find tests python/tests -name '*.json' -exec cp {} "$BUILD/fuzz/seeds" \;
# libFuzzer writes into its first folder only; what it found in earlier runs is kept there.
# shellcheck disable=SC2016  # expanded by the inner shell
echo "$names" | tr ' ' '\n' | grep . | BUILD=$BUILD SECONDS_EACH=$seconds xargs -P "$JOBS" -I '{}' sh -c '
  cd "$BUILD/fuzz" && ./{} -max_total_time="$SECONDS_EACH" -timeout=10 -rss_limit_mb=2048 -max_len=65536 \
    -dict="$ROOT/tests/fuzz/json.dict" "{}.corpus" seeds >"{}.log" 2>&1'  || failed=1
for name in $names; do
  if runs=$(sed -n 's/^Done \([0-9]*\) runs in .*/\1/p' "$BUILD/fuzz/$name.log") && [ -n "$runs" ]; then
    echo "G8 $name: $runs executions, 0 findings"
    echo '1 passed, 0 failed'
  else
    tail -n 30 "$BUILD/fuzz/$name.log"
    echo '0 passed, 1 failed'
  fi
done
[ -z "${failed:-}" ]
