# SPDX-License-Identifier: MIT
"""What the innermost loops of the kernels must not contain, read from the disassembly.

usage: hot_loops.py PROGRAM

PROGRAM is benchmarks/counted.cpp, compiled and linked. A loop is a jump backwards to where the way leads to that jump again, with
all on the ways between; it is an innermost one if no other loop begins inside, and counts if it reads or writes memory with a
vector register. RULES says for each kind of kernel what none of its loops may contain; the first rule that fits a function holds.
A rule that finds no loop with an instruction set fails too: the table is behind the code. Exit status 1 if anything fails.
"""

import re
import subprocess
import sys

CALLS = r"call"
CALLS_AND_DIVISIONS = r"call|i?div|v?div[ps][sd]"
ANYTHING = ""
SETS = ("sse2", "avx2", "avx512")

# Kind of kernel, names of its functions, what its loops must not contain, instruction sets with the promise.
RULES = (
    ("a row at a time, one quotient", r"DivideRow<|normalize_rows<|sum_pairwise<", ANYTHING, SETS),
    ("by column, dividing", r"SubtractDivide<|subtract_divide<", CALLS, SETS),
    ("by column, without dividing", r"MultiplyAdd<|multiply_add<", CALLS_AND_DIVISIONS, SETS),
    ("by column, quotients", r"SubtractQuotient<|subtract_quotient<|transform_quotients<", CALLS_AND_DIVISIONS,
     ("avx2", "avx512")),
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


def successors(instructions):
    """The places of the instructions that may come after each."""
    places = {address: i for i, (address, _, _) in enumerate(instructions)}
    for i, (_, mnemonic, operands) in enumerate(instructions):
        target = re.match(r"([0-9a-f]+) <", operands) if mnemonic.startswith("j") else None
        jump = {places[int(target[1], 16)]} if target and int(target[1], 16) in places else set()
        falls = mnemonic not in ("jmp", "ret", "retq", "ud2") and i + 1 < len(instructions)
        yield jump | ({i + 1} if falls else set())


def reached(start, edges, stop=None):
    found, front = {start}, [start]
    while front:
        place = front.pop()
        if place != stop:
            front += edges[place] - found
            found |= edges[place]
    return found


def innermost_loops(instructions):
    edges = list(successors(instructions))
    back = [set() for _ in edges]
    for place, after in enumerate(edges):
        for target in after:
            back[target].add(place)
    loops = {}  # jumps back to the same place are one loop
    for end, after in enumerate(edges):
        for begin in after:
            if begin <= end and end in (inside := reached(begin, edges)):
                loops[begin] = loops.get(begin, set()) | (inside & reached(end, back, stop=begin))
    for begin, body in loops.items():
        if not any(other != begin and other in body for other in loops):
            yield [instructions[i][1:] for i in sorted(body)]


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
