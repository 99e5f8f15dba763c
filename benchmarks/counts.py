# SPDX-License-Identifier: MIT
"""Instructions of the main kernels and of a guarded row, compared with the ones stored for the compiler.

usage: counts.py PROGRAM COMPILER [--update]

PROGRAM is benchmarks/counted.cpp built by COMPILER. It runs under valgrind's callgrind, which counts exactly, with AVX2
forced, so that the figures are the same on every machine with that compiler and C library. A function that takes more than 5 %
above the stored count is a failure; one that takes less is pointed out, so that the better figure is kept from then on:

    benchmarks/count --update      stores what is counted, for every compiler found

Exit status: 1 if a function takes more; 0 otherwise, also where nothing is compared because nothing is stored for this
compiler or AVX2 is missing, which is said.
"""

import json
import os
import platform
import re
import subprocess
import sys
import tempfile
from pathlib import Path

TOLERANCE = 0.05
REPETITIONS = 20  # as in counted.cpp
STORED = Path(__file__).resolve().parent / "counts"


def compiler_of(command):
    """("gcc-12", "12.2.0"): what names the file, and what it says inside."""
    macros = subprocess.run([command, "-dM", "-E", "-x", "c++", os.devnull], check=True, capture_output=True, text=True).stdout
    value = dict(re.findall(r"#define (\w+) (\S+)", macros))
    clang = "__clang__" in value
    names = ("__clang_major__", "__clang_minor__", "__clang_patchlevel__") if clang else (
        "__GNUC__", "__GNUC_MINOR__", "__GNUC_PATCHLEVEL__")
    version = [value[name] for name in names]
    return f"{'clang' if clang else 'gcc'}-{version[0]}", ".".join(version)


def run(program, folder):
    """Callgrind's file about one run of the program; None where this machine, or valgrind, has no AVX2."""
    out = Path(folder) / "callgrind.out"
    done = subprocess.run(["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", program], capture_output=True,
                          text=True, env=dict(os.environ, PREPGUARD_INSTRUCTION_SET="avx2"))
    if "PREPGUARD_INSTRUCTION_SET" in done.stderr:
        return None
    if done.returncode != 0:
        raise SystemExit(f"{program}: {done.stdout}{done.stderr}")
    return out.read_text()


def counted(text):
    """{function: instructions of one call} for what `counted::measure` calls, callees included."""
    names, calls, cost = {}, {}, {}
    caller = callee = None

    def name_of(reference):
        number, _, name = reference.partition(" ")
        return names.setdefault(number, name)

    lines = iter(text.splitlines())
    for line in lines:
        if line.startswith("fn="):
            caller = name_of(line[3:])
        elif line.startswith("cfn="):
            callee = name_of(line[4:])
        elif line.startswith("calls=") and "counted::measure<" in caller:
            function = re.search(r"counted::(\w+(?:<\w+>)?)\(", callee)
            if function:
                calls[function[1]] = calls.get(function[1], 0) + int(line[6:].split()[0])
                cost[function[1]] = cost.get(function[1], 0) + int(next(lines).split()[-1])
    if not calls or any(count != REPETITIONS for count in calls.values()):
        raise SystemExit(f"expected {REPETITIONS} calls of each function, got {calls}")
    return {name: cost[name] // REPETITIONS for name in sorted(cost)}


def compare(counts, stored):
    """Prints the table. How many functions take more than they may, and how many less than they did."""
    more = less = 0
    print(f"{'instructions of one call':34} {'counted':>10} {'stored':>10} {'change':>8}")
    for name in sorted(counts.keys() | stored.keys()):
        if name not in counts or name not in stored:
            more += 1
            print(f"{name:34} {counts.get(name, 'missing'):>10} {stored.get(name, 'missing'):>10}  FAILED")
            continue
        change = counts[name] / stored[name] - 1
        more += change > TOLERANCE
        less += change < -TOLERANCE
        word = "  FAILED" if change > TOLERANCE else "  less" if change < -TOLERANCE else ""
        print(f"{name:34} {counts[name]:10,} {stored[name]:10,} {change:8.1%}{word}")
    return more, less


def skip(why):
    print(f"figure: instruction counts SKIPPED: {why}\n0 passed, 0 failed, 1 skipped")
    return 0


def main():
    program, command = sys.argv[1:3]
    label, version = compiler_of(command)
    with tempfile.TemporaryDirectory() as folder:
        text = run(program, folder)
    if text is None:
        return skip("this machine, or its valgrind, has no AVX2")
    counts = counted(text)
    path = STORED / f"{label}.json"
    if "--update" in sys.argv[3:]:
        setting = {"compiler": version, "library": " ".join(platform.libc_ver()), "instruction_set": "avx2", "flags": "-O2"}
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps({**setting, "counts": counts}, indent=2) + "\n")
        print(f"stored {len(counts)} counts in benchmarks/counts/{path.name}")
        return 0
    if not path.exists():
        compare(counts, counts)
        return skip(f"none are stored for {label}; benchmarks/count --update stores the ones above")
    stored = json.loads(path.read_text())
    print(f"{label}: {version}, stored with {stored['compiler']}, {stored['library']}")
    more, less = compare(counts, stored["counts"])
    if less:
        print(f"{less} take fewer instructions than stored: keep that with benchmarks/count --update")
    if more:
        print(f"{more} take more than {TOLERANCE:.0%} above the stored count. If that is worth it, say why in the commit and "
              "store the new counts: benchmarks/count --update")
    print(f"{len(counts) - more} passed, {more} failed")
    return 1 if more else 0


if __name__ == "__main__":
    sys.exit(main())
