# SPDX-License-Identifier: MIT
# Sourced by the proofs: check_headers COMPILER compiles every header alone and links programs in which two translation
# units include all of them, built alike and built with flags that change the arithmetic. "check_headers COMPILER
# public" leaves out the headers of detail/ alone: all of them take minutes, and tell the same with every compiler.

check_headers() {
  compiler=$1
  folder=$BUILD/headers-$(basename "$compiler")
  ninja_begin "$folder"
  strict="$compiler -std=c++20 -O0 $warnings $includes"
  everything=''
  for header in $(cd include && find prepguard -name '*.hpp' | LC_ALL=C sort); do
    everything="$everything#include <$header>
"
    case ${2:-}:$header in public:*/detail/*) continue ;; esac
    # Twice, because the second one must be empty.
    source=$folder/$(echo "$header" | tr / _).cpp
    write_if_new "$source" "#include <$header>
#include <$header>"
    ninja_object "$(basename "$source" .cpp).o" "$source" "$strict"
  done
  write_if_new "$folder/everything.hpp" "#pragma once
$everything"
  for flags in plain fast; do
    extra=''
    [ "$flags" = plain ] || extra='-ffast-math -march=native'
    ninja_object "first-$flags.o" tests/headers/first.cpp "$strict -I$folder -O1 $extra"
    ninja_object "second-$flags.o" tests/headers/second.cpp "$strict -I$folder -O1 $extra"
  done
  # Link order decides which of two merged bodies runs, so both orders must give the same answers.
  programs=''
  for pair in 'first-plain second-plain' 'first-plain second-fast' 'second-fast first-plain' \
    'first-fast second-plain' 'second-plain first-fast'; do
    program=$(echo "$pair" | tr ' ' +)
    ninja_program "$program" "$(echo "$pair.o" | sed 's/ /.o /')" "$compiler"
    programs="$programs $program"
  done
  ninja_build
  for program in $programs; do "$folder/$program"; done
  echo "$(grep -c 'compile tests\|compile /' "$folder/build.ninja") passed, 0 failed"
}

write_if_new() { # file, text: keeps the date of a file that would not change
  [ -f "$1" ] && [ "$(cat "$1")" = "$2" ] || printf '%s\n' "$2" >"$1"
}
