# SPDX-License-Identifier: MIT
"""What the innermost loops of the kernels must not contain, read from the disassembly.

usage: hot_loops.py PROGRAM

PROGRAM is benchmarks/counted.cpp, compiled and linked. A loop is a jump backwards inside a function; it is an innermost one if
no other loop begins inside, and counts if it reads or writes memory with a vector register. RULES says for each kind of kernel
what none of its loops may contain; the first rule that fits a function holds. A rule that finds no loop with an instruction set
fails too: the table is behind the code. Exit status 1 if anything fails.
"""

import re
import subprocess
import sys

CALLS = r"call"
CALLS_AND_DIVISIONS = r"call|i?div|v?div[ps][sd]"
ANYTHING = ""
SETS = ("sse2", "avx2", "avx512")

# Kind of kernel, names of its functions, what its loops must not contain, instruction sets with the promise. ColumnOp 2, 3 and 4
# are add, multiply and divide.
RULES = (
    ("a call a row, one quotient", r"normalize_rows<|sum_pairwise<", ANYTHING, SETS),
    ("by column, dividing", r"ColumnSteps<\w+, ColumnOp \d, ColumnOp 4>|subtract_divide<", CALLS, SETS),
    ("by column, without dividing", r"ColumnSteps<\w+, ColumnOp 3, ColumnOp 2>|multiply_add<|subtract_quotient<",
     CALLS_AND_DIVISIONS, SETS),
    ("replace missing", r"Replace<|replace_cells<", CALLS_AND_DIVISIONS, SETS),
    ("finite check", r"all_finite<|finite_bytes<", CALLS_AND_DIVISIONS, SETS),
    ("every other kernel", r"", CALLS_AND_DIVISIONS, SETS),
)


def short(symbol):
    """A symbol without namespaces and enumerations' types: what RULES are written for."""
    symbol = re.sub(r"\((?:\w+::)*(\w+)\)(\d+)", r"\1 \2", symbol)
    return re.sub(r"(?:\w+::)+", "", symbol)


def functions(program):
    """(instruction set, short name, [(address, mnemonic, operands)]) of all kernels."""
    text = subprocess.run(["objdump", "--disassemble", "--demangle", "--no-show-raw-insn", program], check=True,
                          capture_output=True, text=True).stdout
    for block in text.split("\n\n"):
        head, *lines = block.splitlines()
        symbol = re.match(r"[0-9a-f]+ <(.*)>:$", head)
        found = symbol and re.match(rf"[^<(]*detail::({'|'.join(SETS)})::", symbol[1])
        if found:
            parts = (re.match(r" *([0-9a-f]+):\t(?:lock |rep |bnd |notrack )*(\S+) *(.*)", line) for line in lines)
            yield found[1], short(symbol[1]), [(int(p[1], 16), p[2], p[3]) for p in parts if p]


def innermost_loops(instructions):
    ends = {}  # jumps back to the same place are one loop
    first = instructions[0][0]
    for address, mnemonic, operands in instructions:
        target = re.match(r"([0-9a-f]+) <", operands) if mnemonic.startswith("j") else None
        if target and first <= int(target[1], 16) <= address:
            ends[int(target[1], 16)] = address
    for begin, end in ends.items():
        if any(begin < other <= end for other in ends):
            continue
        yield [(m, o) for a, m, o in instructions if begin <= a <= end]


def uses_vectors(loop):
    return any(re.search(r"%[xyz]mm", operands) and re.search(r"\(%", operands) for _, operands in loop)


def main():
    checked, failures = {}, []
    for instruction_set, name, instructions in functions(sys.argv[1]):
        kind, _, forbidden, sets = next(rule for rule in RULES if re.search(rule[1], name))
        if instruction_set not in sets:
            continue
        for loop in filter(uses_vectors, innermost_loops(instructions)):
            checked[kind, instruction_set] = checked.get((kind, instruction_set), 0) + 1
            bad = sorted({mnemonic for mnemonic, _ in loop if re.fullmatch(forbidden, mnemonic)})
            if bad:
                failures.append(f"{kind}, {instruction_set}: {', '.join(bad)} in {len(loop)} instructions of {name[:120]}")
    if not checked:
        print("figure: hot loops SKIPPED: no x86 kernels in the program\n0 passed, 0 failed, 1 skipped")
        return 0
    print(f"{'innermost loops':28}" + "".join(f"{s:>8}" for s in SETS) + "   must not contain")
    for kind, _, forbidden, sets in RULES:
        words = {CALLS: "calls", CALLS_AND_DIVISIONS: "calls, divisions"}.get(forbidden, "-")
        print(f"{kind:28}" + "".join(f"{checked.get((kind, s), 0):8}" for s in SETS) + f"   {words}")
        failures += [f"{kind}, {s}: no loop found, RULES are behind the code" for s in sets if (kind, s) not in checked]
    for failure in failures:
        print(f"FAILED: {failure}")
    print(f"{sum(checked.values())} passed, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
