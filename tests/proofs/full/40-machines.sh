#!/bin/sh
# SPDX-License-Identifier: MIT
# ARM and a big-endian machine, emulated: kernels, numbers, files
. tests/proofs/lib.sh
numbers='finite_test.cpp detail/kernels_test.cpp detail/number_text_test.cpp detail/exact_moments_test.cpp
  detail/window_columns_test.cpp'
files='archive_test.cpp file_test.cpp detail/envelope_test.cpp transformers/standard_scaler_test.cpp
  transformers/one_hot_encoder_test.cpp'
for machine in aarch64 s390x; do
  ninja_begin "$BUILD/$machine"
  compiler="$machine-linux-gnu-g++ -std=c++20 -O1 $warnings $includes -Itests"
  ninja_object main.o tests/main.cpp "$compiler"
  ninja_unity numbers.o "$numbers" "$compiler"
  ninja_unity files.o "$files" "$compiler"
  ninja_program unit_tests 'main.o numbers.o files.o' "$machine-linux-gnu-g++ -static"
  ninja_object kernel_flags.o tests/flags/kernel_flags.cpp "$compiler"
  ninja_program kernel_flags kernel_flags.o "$machine-linux-gnu-g++ -static"
  ninja_object text_peer.o tests/text_peer.cpp "$compiler"
  ninja_program text_peer text_peer.o "$machine-linux-gnu-g++ -static"
  ninja_build || failed=1
  echo "$machine:"
  "qemu-$machine" "$BUILD/$machine/unit_tests" || failed=1
  "qemu-$machine" "$BUILD/$machine/kernel_flags" || failed=1
  TEXT_PEER_RUNNER="qemu-$machine" PREPGUARD_TEXT_COUNT=20000 \
    "$PYTHON" tests/python_text.py "$BUILD/$machine/text_peer" || failed=1
done
[ -z "${failed:-}" ]
