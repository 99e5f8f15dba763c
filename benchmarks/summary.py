# SPDX-License-Identifier: MIT
"""One table, one JSON file and one plot of everything that benchmarks/run measured.

usage: summary.py RESULTS [--json FILE] [--svg FILE] [--markdown]

RESULTS is what benchmarks/run collected, or a JSON file that this program wrote. `--markdown` prints the tables for
docs/benchmarks.md instead of the one for a terminal. Figures are only compared within a case of one build, whose variants were
timed in turn; builds stand side by side, they are not compared.
"""

import json
import re
import sys
from pathlib import Path

from goals import GOALS
from plot import FIGURES, draw, peer_of

SETS = ("generic", "sse2", "neon", "avx2", "avx512")
# What docs/benchmarks.md shows: the figures of the plot, and shapes and layouts beside them.
DOCUMENTED = (*FIGURES, r"StandardScaler float64, (131072 x 1|65536 x 2|43690 x 3|12 x 10000|.*column-major|.*strided)")
SETTING_WORDS = {"compiler", "flags", "cpu", "rounds"}


def read(path):
    """{"versions": ..., "builds": ..., "rows": ...} from either kind of file."""
    text = Path(path).read_text()
    lines = [json.loads(line) for line in text.splitlines()] if "\n{" in text.strip() and '"rows": [' not in text else None
    if lines is None:
        return json.loads(text)
    results = {"versions": {}, "builds": {}, "rows": []}
    place = {}
    for line in lines:
        if "program" in line:
            place = line
            results["builds"].setdefault(line["build"], {})
        elif "case" in line:
            results["rows"].append({**place, **line})
        else:
            build = results["builds"][place["build"]] if place else results["versions"]
            for word, value in line.items():
                (build if word in SETTING_WORDS else results["versions"])[word] = value
    return results


def cases(rows):
    """{(program, case): {build: [row]}}, in the order in which they were measured."""
    found = {}
    for row in rows:
        found.setdefault((row["program"], row["case"]), {}).setdefault(row["build"], []).append(row)
    return found


def short(ratio):
    """0.48 as .48, 3.1 as 3.1."""
    if ratio is None:
        return ""
    return f"{ratio:.2f}".removeprefix("0") if ratio < 9.95 else f"{ratio:.0f}"


def nanoseconds(ns):
    """Three digits and a unit."""
    for unit, size in (("ns", 1), ("us", 1e3), ("ms", 1e6), ("s", 1e9)):
        if ns < 1000 * size or unit == "s":
            return f"{ns / size:.{0 if ns >= 100 * size else 1 if ns >= 10 * size else 2}f} {unit}"


def judged(results):
    """[(goal, {build: value})] for the goals that something was measured for."""
    by_case = cases(results["rows"])
    found = []
    for goal in GOALS:
        for (program, case), builds in by_case.items():
            if not goal.holds_for(program, case):
                continue
            values = {build: goal.value(rows) for build, rows in builds.items() if "native" not in build}
            values = {build: value for build, value in values.items() if value is not None}
            if values:
                found.append((goal, case, values))
    return found


def goals_of(results):
    """{(case, variant): [text of a goal and who reached it]}"""
    texts = {}
    for goal, case, values in judged(results):
        texts.setdefault((case, goal.variant), []).append(f"{goal.number}: {goal.bound_text()} {verdicts(goal, values)}")
    return texts


def verdicts(goal, values):
    reached = [goal.reached(value) for value in values.values()]
    return "reached" if all(reached) else "missed" if not any(reached) else ", ".join(
        f"{build.split()[0]} {'reached' if good else 'missed'}" for build, good in zip(values, reached))


def print_setting(results, prefix=""):
    print(prefix + "; ".join(f"{name} {value}" for name, value in results["versions"].items()))
    for build, setting in results["builds"].items():
        print(f"{prefix}{build}: " + "; ".join(f"{name} {value}" for name, value in setting.items()))


def table_cell(row):
    """Time and ratio of one variant in one build, 24 characters."""
    if row is None:
        return " " * 24
    if not row["right"]:
        return f"{'WRONG':>24}"
    ratio = row.get("of_limit", row.get("ratio"))
    return f"{nanoseconds(row['ns']):>11} {short(ratio):>5} {' limit' if row['kind'] == 'limit' else '':6}"


def print_table(results):
    builds = list(results["builds"])
    texts = goals_of(results)
    print_setting(results)
    print(f"\n{'time, and of limit: the fastest limit / time':48}" + "".join(f"{b[:22]:>24}" for b in builds) + "   goal")
    shown = None
    for (program, case), rows_of in cases(results["rows"]).items():
        if program != shown:
            print(f"\n=== {program}")
            shown = program
        print(case)
        for variant in dict.fromkeys(row["variant"] for rows in rows_of.values() for row in rows):
            rows = [next((r for r in rows_of.get(build, ()) if r["variant"] == variant), None) for build in builds]
            goals = "".join(f"   {text}" for text in texts.get((case, variant), ()))
            print(f"  {variant:46}" + "".join(map(table_cell, rows)) + goals)
    print("\ngoals")
    for goal, case, values in judged(results):
        print(f"  {goal.number:>2} {goal.text:50} {case:44} {goal.bound_text():>8}  {goal.values_text(values):20} "
              f"{verdicts(goal, values)}")


def base_of(variant):
    """The variant without its instruction set, and the set."""
    name, _, last = variant.rpartition(", ")
    if last in SETS or last == "dispatched":
        return name, last
    return variant, "dispatched"


def slashed(builds, rows_of, variant, text):
    """The cells of the plain builds, "g++ / clang++"."""
    parts = []
    for build in builds:
        row = next((r for r in rows_of.get(build, ()) if r["variant"] == variant), None)
        parts.append("" if row is None else text(row) if row["right"] else "**wrong**")
    return " / ".join(parts) if any(parts) else ""


def best_peer(rows_of):
    peers = [(row.get("of_limit") or 0, row["variant"], build) for build, rows in rows_of.items() for row in rows
             if row["kind"] == "peer" and peer_of(row["variant"]) and row["right"]]
    if not peers:
        return ""
    ratio, variant, build = max(peers)
    return f"{variant}, {build}: {short(ratio)}"


def ratio_of(row):
    return short(row.get("of_limit", row.get("ratio")))


def print_goals(results, builds):
    print("\n| goal | measured in | bound | " + " / ".join(builds) + " | |\n|---|---|---|---|---|")
    for goal, case, values in judged(results):
        print(f"| {goal.number}. {goal.text} | {case} | {goal.bound_text()} | {goal.values_text(values)} "
              f"| {verdicts(goal, values)} |")


def print_program(program, entries, builds):
    """One row for each of our variants, with the instruction sets that were forced, and the best peer of the case."""
    variants = {row["variant"] for _, rows_of in entries for rows in rows_of.values() for row in rows}
    sets = [s for s in SETS if any(variant.endswith(f", {s}") for variant in variants)]
    print(f"\n**{program}**, {' / '.join(builds)}\n")
    print("| case | variant | time | of limit |" + "".join(f" {s} |" for s in sets) + " best peer |")
    print("|---" * (len(sets) + 5) + "|")
    for case, rows_of in entries:
        shown, peer = case, best_peer(rows_of)
        for variant in dict.fromkeys(row["variant"] for rows in rows_of.values() for row in rows if row["kind"] == "own"):
            base, instruction_set = base_of(variant)
            if instruction_set != "dispatched":
                continue
            cells = [slashed(builds, rows_of, variant, lambda row: nanoseconds(row["ns"])),
                     slashed(builds, rows_of, variant, ratio_of)]
            cells += [slashed(builds, rows_of, f"{base}, {s}", ratio_of) for s in sets]
            print(f"| {shown} | {base} | " + " | ".join(cells) + f" | {peer} |")
            shown = peer = ""


def print_markdown(results):
    builds = [build for build in results["builds"] if "native" not in build]
    print_setting(results, "- ")
    print_goals(results, builds)
    by_program = {}
    for (program, case), rows_of in cases(results["rows"]).items():
        if program != "compile_time" and any(re.fullmatch(pattern, case) for pattern in DOCUMENTED):
            by_program.setdefault(program, []).append((case, rows_of))
    for program, entries in by_program.items():
        print_program(program, entries, builds)


def main():
    arguments = sys.argv[1:]
    results = read(arguments[0])
    options = dict(zip(arguments[1:], arguments[2:]))
    if "--json" in options:
        rows = ",\n".join("    " + json.dumps(row) for row in results["rows"])
        head = json.dumps({key: results[key] for key in ("versions", "builds")}, indent=2).removesuffix("\n}")
        Path(options["--json"]).write_text(f'{head},\n  "rows": [\n{rows}\n  ]\n}}\n')
    if "--svg" in options:
        Path(options["--svg"]).write_text(draw(results, cases(results["rows"]), judged(results)))
    if "--markdown" in arguments:
        print_markdown(results)
    else:
        print_table(results)


if __name__ == "__main__":
    main()
