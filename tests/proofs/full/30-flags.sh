#!/bin/sh
# SPDX-License-Identifier: MIT
# The same bits under every compiler and flag
. tests/proofs/lib.sh
. tests/parity/data.sh
folder=$BUILD/flags
ninja_begin "$folder"
builds=''
# Names stand for flags, because flags make bad file names. Two are part of -ffast-math: alone they are tried on the
# kernels only.
for compiler in g++ clang++; do
  while read -r name what flags; do
    programs=tests/flags/kernel_flags
    [ "$what" = kernels ] || programs="$programs tests/parity/parity"
    build=$compiler-$name
    [ "$build" != g++-O2 ] || continue
    linker=''
    [ "$build" != clang++-fast-lto ] || linker=-fuse-ld=lld
    builds="$builds $build"
    for program in $programs; do
      object=$build-$(basename "$program")
      ninja_object "$object.o" "$program.cpp" "$compiler -std=c++20 $flags $warnings $includes"
      ninja_program "$object" "$object.o" "$compiler $flags $linker"
    done
  done <<'FLAGS'
O0 all -O0
O2 all -O2
native all -O3 -march=native
fast-math all -O2 -ffast-math
fast-lto all -Ofast -march=native -flto
finite-math kernels -O2 -ffinite-math-only
reciprocal kernels -O2 -freciprocal-math
contract all -O2 -march=native -ffp-contract=fast
FLAGS
done
ninja_build
# Plain g++ -O2 is what the everyday build makes of these programs.
builds="$builds g++-O2"
for program in parity kernel_flags; do cp "$BUILD/tests/$program" "$folder/g++-O2-$program"; done

# Every build replays a quarter of the parity cases, another one than the build before it: four replay them all.
# shellcheck disable=SC2016  # expanded by the inner shell
rm -f "$folder"/*.log
number=0
for build in $builds; do
  echo "$build-kernel_flags"
  [ -x "$folder/$build-parity" ] || continue
  number=$((number + 1))
  echo "$build-parity $parity_data $number 4"
done | FOLDER=$folder xargs -P "$JOBS" -I '{}' sh -c '
  set -- {}
  name=$1 && shift
  "$FOLDER/$name" "$@" >"$FOLDER/$name.log" 2>&1 || echo "FAILED: $name" >>"$FOLDER/$name.log"'
passed=0 failed=0
for build in $builds; do
  for program in parity kernel_flags; do
    log=$folder/$build-$program.log
    [ -x "$folder/$build-$program" ] || continue
    if [ ! -s "$log" ] || grep -q '^FAILED' "$log"; then
      failed=$((failed + 1))
      echo "FAILED: $build $program"
    else
      passed=$((passed + 1))
    fi
    sed "s/^figure: */figure: $build: /" "$log"
  done
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
