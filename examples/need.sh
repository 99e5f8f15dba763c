# SPDX-License-Identifier: MIT
# Sourced by the run scripts (POSIX sh): finds what is missing by using it, and installs it where it can.
#
#   . examples/need.sh
#   needs() {                    # probe, Debian package, Fedora package, Homebrew formula ("-": none)
#     need_program ninja ninja-build ninja-build ninja
#     need_header cereal/cereal.hpp libcereal-dev cereal-devel cereal
#     need_python sklearn pandas
#   }
#   need_option "$1" || usage    # takes --dry-run, --no-install, --offline
#   need_all                     # returns with everything there, or exits: 77 something is missing, 0 dry run
#
# After need_all, `need_pypi FOLDER MODULES PACKAGES` sees to what only PyPI has, in a virtual environment in FOLDER.
#
# PYTHON is set to an interpreter that has the modules; set it beforehand to use your own.

need_mode=install
need_offline=''

need_help='  --dry-run      print what would be installed, and stop
  --no-install   install nothing: print the line to type, and stop with status 77
  --offline      touch no network: as --no-install, and leave out what needs downloads'

need_option() {
  case $1 in
    --dry-run) need_mode=dry-run ;;
    --no-install) need_mode=never ;;
    --offline) need_mode=never need_offline=1 ;;
    *) return 1 ;;
  esac
}

need_missing() { # what, Debian, Fedora, Homebrew, pip
  need_what="$need_what${need_what:+, }$1"
  need_debian="$need_debian $2"
  [ "$3" = - ] || need_fedora="$need_fedora $3"
  [ "$4" = - ] || need_brew="$need_brew $4"
  need_pip="$need_pip${5:+ $5}"
}

need_program() { # program or its full path, packages
  command -v "$1" >/dev/null 2>&1 || need_missing "$@"
}

need_compiler() { # compiler, flags it must be able to build a program with (one word, or empty), packages
  need_dir=$(mktemp -d)
  printf '#include <string>\nint main() { return static_cast<int>(std::string().size()); }\n' >"$need_dir/probe.cpp"
  "$1" -std=c++20 ${2:+"$2"} -o "$need_dir/probe" "$need_dir/probe.cpp" >/dev/null 2>&1 ||
    need_missing "$1${2:+ $2}" "$3" "$4" "$5"
  rm -rf "$need_dir"
}

need_header() { # header, packages
  # shellcheck disable=SC2046  # pkg-config prints several words
  printf '#include <%s>\n' "$1" |
    "${CXX:-c++}" $(pkg-config --cflags eigen3 2>/dev/null) -std=c++20 -E -x c++ - >/dev/null 2>&1 ||
    need_missing "$@"
}

need_python() { # modules
  need_modules=''
  for need_candidate in "${PYTHON:-}" /usr/bin/python3 python3; do
    [ -n "$need_candidate" ] && command -v "$need_candidate" >/dev/null 2>&1 || continue
    need_absent=$("$need_candidate" - "$@" <<'PROBE'
import importlib, sys
for module in sys.argv[1:]:
    try:
        importlib.import_module(module)
    except ImportError:
        print(module)
PROBE
    ) && [ -z "$need_absent" ] && PYTHON=$need_candidate && export PYTHON && return
    [ -n "$need_modules" ] || need_modules=$need_absent
  done
  for need_module in ${need_modules:-$*}; do
    case $need_module in
      sklearn) need_missing 'python: sklearn' python3-sklearn python3-scikit-learn - scikit-learn ;;
      ensurepip) need_missing 'python: ensurepip' python3-venv python3 python ;;
      *) need_missing "python: $need_module" "python3-$need_module" "python3-$need_module" - "$need_module" ;;
    esac
  done
  [ $# -gt 0 ] || need_missing python3 python3 python3 python
}

need_look() {
  need_what='' need_debian='' need_fedora='' need_brew='' need_pip=''
  needs
  [ -z "$need_what" ]
}

need_all() {
  need_look && return
  need_sudo=''
  [ "$(id -u)" -eq 0 ] || need_sudo='sudo '
  need_line="${need_sudo}apt-get update && ${need_sudo}apt-get install -y --no-install-recommends$need_debian"
  need_can_install=''
  if command -v apt-get >/dev/null 2>&1; then
    [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null && need_can_install=1
  fi
  echo "missing: $need_what"
  if [ "$need_mode" = dry-run ]; then
    echo "would run: $need_line"
    exit 0
  fi
  if [ "$need_mode" = never ] || [ -z "$need_can_install" ]; then
    echo "To install it:  $need_line"
    [ -z "$need_fedora" ] || echo "     Fedora:    sudo dnf install -y$need_fedora"
    [ -z "$need_brew" ] || echo "     Homebrew:  brew install$need_brew"
    [ -z "$need_pip" ] || echo "     Python elsewhere, in a virtual environment:  pip install$need_pip"
    exit 77
  fi
  echo "installing: $need_line"
  need_log=$(mktemp)
  if ! (export DEBIAN_FRONTEND=noninteractive && eval "$need_line") >"$need_log" 2>&1 </dev/null; then
    tail -n 15 "$need_log"
    echo "That failed. Type it yourself, then run this again:  $need_line"
    rm -f "$need_log"
    exit 77
  fi
  rm -f "$need_log"
  need_look && return
  echo "still missing after the installation: $need_what"
  exit 77
}

need_has() { # interpreter, modules: looked for, not imported, which takes seconds
  "$@" 2>/dev/null <<'PROBE'
import importlib.util, sys
sys.exit(not all(importlib.util.find_spec(module) for module in sys.argv[1:]))
PROBE
}

# What Debian does not have: PYTHON stays as it is if it has the modules, else it is the interpreter of a virtual environment
# in the folder, which is made, or filled up, if need be. Exits as need_all does.
need_pypi() { # folder, modules, packages (words separated by spaces)
  # shellcheck disable=SC2086  # lists of words
  for need_candidate in "${PYTHON:-}" "$1/bin/python"; do
    [ -x "$need_candidate" ] && need_has "$need_candidate" - $2 && PYTHON=$need_candidate && export PYTHON && return
  done
  need_line="$PYTHON -m venv $1 && $1/bin/python -m pip install $3"
  echo "missing: python: $2 (from PyPI)"
  if [ "$need_mode" = dry-run ]; then
    echo "would run: $need_line"
    exit 0
  fi
  if [ "$need_mode" = never ]; then
    echo "To install it:  $need_line"
    echo "     or name an interpreter that has it:  PYTHON=..."
    exit 77
  fi
  echo "installing: $need_line"
  need_log=$(mktemp)
  # shellcheck disable=SC2086
  if ! ("$PYTHON" -m venv "$1" && "$1/bin/python" -m pip install --quiet --no-input --retries 2 $3) >"$need_log" 2>&1 </dev/null; then
    tail -n 5 "$need_log"
    echo "That failed; is PyPI reachable?"
    rm -f "$need_log"
    exit 77
  fi
  rm -f "$need_log"
  PYTHON=$1/bin/python && export PYTHON
}
