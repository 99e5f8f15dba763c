#!/bin/sh
# SPDX-License-Identifier: MIT
# ARM and a big-endian machine, emulated: kernels, numbers, files
. tests/proofs/lib.sh
sources='main finite_test archive_test file_test detail/kernels_test detail/envelope_test detail/number_text_test
  detail/exact_moments_test transformers/standard_scaler_test transformers/one_hot_encoder_test'
for machine in aarch64 s390x; do
  ninja_begin "$BUILD/$machine"
  compiler="$machine-linux-gnu-g++ -std=c++20 -O1 $warnings $includes -Itests"
  objects=''
  for source in $sources; do
    ninja_object "$source.o" "tests/$source.cpp" "$compiler"
    objects="$objects $source.o"
  done
  ninja_program unit_tests "$objects" "$machine-linux-gnu-g++ -static"
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
