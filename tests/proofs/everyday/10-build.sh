#!/bin/sh
# SPDX-License-Identifier: MIT
# Build of tests, examples and benchmarks
. tests/proofs/lib.sh
# Compilers that are newer than ours may know new warnings: only CI insists on none.
mkdir -p "$BUILD"
[ -f "$BUILD/build.ninja" ] || meson setup "$BUILD" -Dwerror="${CI:-false}"
ninja -C "$BUILD" -j "$JOBS" -k 0
