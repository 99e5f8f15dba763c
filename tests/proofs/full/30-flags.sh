#!/bin/sh
# SPDX-License-Identifier: MIT
# The same bits under every compiler and flag
. tests/proofs/lib.sh
. tests/parity/data.sh
folder=$BUILD/flags
ninja_begin "$folder"
builds=''
# Names stand for flags, because flags make bad file names.
for compiler in g++ clang++; do
  while read -r name flags; do
    build=$compiler-$name
    [ "$build" != g++-O2 ] || continue
    linker=''
    [ "$build" != clang++-fast-lto ] || linker=-fuse-ld=lld
    builds="$builds $build"
    for program in tests/parity/parity tests/flags/kernel_flags; do
      object=$build-$(basename "$program")
      ninja_object "$object.o" "$program.cpp" "$compiler -std=c++20 $flags $warnings $includes"
      ninja_program "$object" "$object.o" "$compiler $flags $linker"
    done
  done <<'FLAGS'
O0 -O0
O2 -O2
native -O3 -march=native
fast-math -O2 -ffast-math
fast-lto -Ofast -march=native -flto
finite-math -O2 -ffinite-math-only
reciprocal -O2 -freciprocal-math
contract -O2 -march=native -ffp-contract=fast
FLAGS
done
ninja_build
# Plain g++ -O2 is what the everyday build makes of these programs.
builds="$builds g++-O2"
for program in parity kernel_flags; do cp "$BUILD/tests/$program" "$folder/g++-O2-$program"; done
passed=0 failed=0
for build in $builds; do
  for program in parity kernel_flags; do
    data=''
    [ "$program" != parity ] || data=$parity_data
    if "$folder/$build-$program" ${data:+"$data"} >"$folder/$build-$program.log" 2>&1; then
      passed=$((passed + 1))
    else
      failed=$((failed + 1))
      echo "FAILED: $build $program"
    fi
    sed "s/^figure: */figure: $build: /" "$folder/$build-$program.log"
  done
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
