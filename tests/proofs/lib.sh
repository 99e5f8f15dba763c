# SPDX-License-Identifier: MIT
# Sourced by the proofs. A proof is a POSIX sh script whose third line is its title; tests/run sets ROOT (the project),
# BUILD (where to write), JOBS, PYTHON and OFFLINE. It passes with status 0, is skipped with 77 (last line: why) and
# fails otherwise. Lines of doctest, unittest and "N passed, N failed" are counted; lines that begin with "figure" or
# a promise's number ("G4 ...") are shown.
set -eu
# The defaults are for running one by hand, from the top of the project.
ROOT=${ROOT:-$(pwd)} JOBS=${JOBS:-2} PYTHON=${PYTHON:-/usr/bin/python3} OFFLINE=${OFFLINE:-}
BUILD=${BUILD:-$ROOT/build}
export ROOT BUILD JOBS PYTHON OFFLINE
cd "$ROOT"

warnings='-Wall -Wextra -Wconversion -Wshadow -Wsign-conversion -Werror'
includes="-Iinclude $(pkg-config --cflags-only-I eigen3 2>/dev/null | sed 's/-I */-isystem /g')"

skip() {
  echo "$*"
  exit 77
}

# Builds outside meson go through ninja too, for its parallel and incremental builds: begin, add, build.
ninja_begin() { # folder
  ninja_folder=$1
  mkdir -p "$ninja_folder"
  echo "builddir = $ninja_folder" >"$ninja_folder/build.ninja"
  cat >>"$ninja_folder/build.ninja" <<'NINJA'
rule compile
  command = $compiler -MMD -MF $out.d -c -o $out $in
  depfile = $out.d
  deps = gcc
  description = compile $out
rule link
  description = link $out
  command = $compiler -o $out $in $libraries
NINJA
}

ninja_object() { # object, source, compiler and flags
  printf 'build %s: compile %s\n  compiler = %s\n' "$ninja_folder/$1" "$2" "$3" >>"$ninja_folder/build.ninja"
}

# Several files as one, so that what they all instantiate is compiled once.
ninja_unity() { # object, sources below tests/, compiler and flags
  for source in $2; do echo "#include \"$source\""; done >"$ninja_folder/$1.cpp"
  ninja_object "$1" "$ninja_folder/$1.cpp" "$3"
}

ninja_program() { # program, its objects (space between), compiler and flags
  objects=''
  for object in $2; do objects="$objects $ninja_folder/$object"; done
  printf 'build %s: link%s\n  compiler = %s\n  libraries = -pthread\n' \
    "$ninja_folder/$1" "$objects" "$3" >>"$ninja_folder/build.ninja"
}

ninja_build() { # goes on after errors, so that one run shows them all
  ninja -f "$ninja_folder/build.ninja" -j "$JOBS" -k 0
}

# A meson build of its own folder: the unit tests under other compilers or sanitizers.
meson_unit_tests() { # folder, meson options
  folder=$1
  shift
  [ -f "$folder/build.ninja" ] ||
    meson setup "$folder" -Dexamples=disabled -Dbenchmarks=disabled "$@" || return
  ninja -C "$folder" -j "$JOBS" tests/unit_tests
}
