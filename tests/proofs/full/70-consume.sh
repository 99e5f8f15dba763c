#!/bin/sh
# SPDX-License-Identifier: MIT
# Ways to use prepguard in another project, each built and run
# One core: runs beside other proofs.
. tests/proofs/lib.sh
work=$BUILD/consume
rm -rf "$work"
mkdir -p "$work"
meson setup "$work/build" --prefix "$work/installed" -Dtests=disabled -Dexamples=disabled -Dbenchmarks=disabled
meson install -C "$work/build" --quiet
# Installed trees are copied and packed: nothing in them may know where they were made.
mv "$work/installed" "$work/moved"

passed=0
runs() { # way, program
  "$2"
  echo "used through $1"
  passed=$((passed + 1))
}

cxx=${CXX:-c++}
# shellcheck disable=SC2046,SC2086  # flags are several words
{
  "$cxx" -std=c++20 $(PKG_CONFIG_PATH=$work/moved/share/pkgconfig pkg-config --cflags prepguard) \
    tests/consume/main.cpp -o "$work/with-pkg-config"
  runs pkg-config "$work/with-pkg-config"
  "$cxx" -std=c++20 $includes tests/consume/main.cpp -o "$work/with-include"
  runs '-I include' "$work/with-include"
}

cmake -S tests/consume -B "$work/find" -DCMAKE_PREFIX_PATH="$work/moved"
cmake --build "$work/find"
runs 'CMake find_package' "$work/find/consumer"
cmake -S tests/consume -B "$work/fetch" -DFETCH=ON -DFETCHCONTENT_SOURCE_DIR_PREPGUARD="$ROOT"
cmake --build "$work/fetch"
runs 'CMake FetchContent' "$work/fetch/consumer"

mkdir -p "$work/project/subprojects"
cp tests/consume/main.cpp tests/consume/meson.build "$work/project"
ln -s "$ROOT" "$work/project/subprojects/prepguard"
meson setup "$work/subproject" "$work/project"
ninja -C "$work/subproject"
runs 'meson subproject' "$work/subproject/consumer"
[ ! -e "$work/subproject/subprojects/prepguard/tests/unit_tests" ]
echo "$passed passed, 0 failed"
