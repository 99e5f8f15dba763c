#!/bin/sh
# SPDX-License-Identifier: MIT
# Tests that name threads, under the thread sanitizer
. tests/proofs/lib.sh
folder=$BUILD/tsan
ninja_begin "$folder"
# By clang, which takes a third of the time that gcc takes for the same code.
compiler="clang++ -std=c++20 -O0 -Itests -DPREPGUARD_ONE_SCALAR -fsanitize=thread"
for source in main allocations; do ninja_object "$source.o" "tests/$source.cpp" "$compiler $includes"; done
# Only the files that hold such a test: the whole suite takes minutes to compile.
tests=$(cd tests && grep -rlE --include='*_test.cpp' 'TEST_CASE.*thread' . | sort)
ninja_unity tests_1.o "$(echo "$tests" | sed -n 'p;n')" "$compiler $includes"
ninja_unity tests_2.o "$(echo "$tests" | sed -n 'n;p')" "$compiler $includes"
steps=$(cd tests && ls conformance/*_conformance.cpp)
ninja_unity steps_1.o "$(echo "$steps" | sed -n 'p;n')" "$compiler $includes"
ninja_unity steps_2.o "$(echo "$steps" | sed -n 'n;p')" "$compiler $includes"
objects='main.o allocations.o tests_1.o tests_2.o steps_1.o steps_2.o'
# The sanitizer has an operator new of its own; nothing here counts allocations.
ninja_program unit_tests "$objects" "$compiler -Wl,--allow-multiple-definition"
ninja_build
# Some kernels place memory where the sanitizer cannot have it, unless addresses are not randomised.
fixed_addresses=''
setarch -R true 2>/dev/null && fixed_addresses='setarch -R'
$fixed_addresses "$folder/unit_tests" --test-case='*thread*' >"$folder/output" || failed=1
cat "$folder/output"
[ -z "${failed:-}" ] && ! grep -q 'test cases: *0 ' "$folder/output"
