#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Random pipelines: exported, served in C++ and by Python's twin, and compared with scikit-learn bit for bit.

    main.py PEER [--count N] [--seed S] [--jobs J] [--first K]

Case K of seed S is always the same. A failing case is made small and printed as a program that shows it. Without
--seed a random one is taken, and printed.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import time
from collections import Counter
from typing import Any, Optional

os.environ.setdefault("OMP_NUM_THREADS", "1")  # the processes are as many as there are processors

import numpy as np  # noqa: E402
import sklearn  # noqa: E402

from compare import Case, Outcome, cause, run  # noqa: E402
from engines import cpp, twin  # noqa: E402
from grow import Grower, block_kinds  # noqa: E402
from reproducer import program  # noqa: E402
from shrink import shrink  # noqa: E402
from specs import kinds  # noqa: E402
from tables import make  # noqa: E402

DEPTH, CHUNK, SHOWN = 4, 20, 3
MOST_REFUSED = 0.15
ENGINES: dict[str, Any] = {}


def case_of(seed: int, number: int) -> Case:
    """A random case; pipelines out of which text comes are mostly grown again, for they are refused."""
    r = np.random.RandomState([seed, number])
    table = make(r)
    for _ in range(20):
        node, made = Grower(r, table.dtype).grow(table.sample, int(r.randint(0, DEPTH + 1)))
        if set(block_kinds(made)) == {"numbers"} or r.uniform() < 0.01:
            break
    return Case(node, table.sample, (table.wild, table.known, table.tame))


def chunk(work: tuple[int, int, int]) -> list[tuple[int, Outcome, set[str]]]:
    seed, first, last = work
    cases = [case_of(seed, number) for number in range(first, last)]
    outcomes = run(cases, ENGINES)
    for outcome in outcomes:
        outcome.jobs.clear()  # large, and not needed any more
    return [(number, outcome, kinds(case.node)) for number, outcome, case in zip(range(first, last), outcomes, cases)]


def explain(seed: int, number: int, outcome: Outcome) -> None:
    print(f"\nFAILED: case {number} of seed {seed}: {outcome.failed}")
    small, failure = shrink(case_of(seed, number), outcome.failed, ENGINES)
    print(f"made small: {failure}\n\n{program(small, failure)}", flush=True)


def report(results: list[tuple[int, Outcome, set[str]]], seed: int, seconds: float) -> bool:
    refused = Counter(outcome.refused for _, outcome, _ in results if outcome.refused)
    failed = [(number, outcome) for number, outcome, _ in results if outcome.failed]
    compared = [(outcome, inside) for _, outcome, inside in results if outcome.values and not outcome.failed]
    used = Counter(name for _, inside in compared for name in inside)
    values = sum(outcome.values for outcome, _ in compared)
    ulps = max((outcome.ulps for outcome, _ in compared), default=0.0)
    print(f"figure: random pipelines, seed {seed}, scikit-learn {sklearn.__version__}, numpy {np.__version__}: {len(results)} grown, "
          f"{len(compared)} compared through {' and '.join(ENGINES)}, {values:,} values, {len(failed)} pipelines differ"
          + (f", ulp tier at most {ulps:.2f} of its tolerance" if ulps else ""))
    print("steps in them: " + ", ".join(f"{name} {count}" for name, count in used.most_common()))
    print("refused by name: " + (", ".join(f"{name}: {count}" for name, count in refused.most_common()) or "none")
          + f"; {seconds:.0f} s")
    print(f"{len(compared)} passed, {len(failed)} failed")
    causes = {cause(outcome.failed): (number, outcome) for number, outcome in reversed(failed)}
    for number, outcome in list(causes.values())[:SHOWN]:
        explain(seed, number, outcome)
    share = sum(refused.values()) / len(results)
    if share > MOST_REFUSED:
        print(f"FAILED: {share:.0%} of the pipelines were refused, at most {MOST_REFUSED:.0%} may be: the generator is at fault")
    return not failed and share <= MOST_REFUSED


def main(words: Optional[list[str]] = None) -> int:
    parser = argparse.ArgumentParser(description="random pipelines against scikit-learn, bit for bit")
    parser.add_argument("peer", help="the program built from peer.cpp")
    parser.add_argument("--count", type=int, default=150)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args(words)
    seed = options.seed if options.seed is not None else int.from_bytes(os.urandom(3), "little")
    ENGINES.update(cpp=cpp(options.peer), twin=twin)
    end, began = options.first + options.count, time.time()
    work = [(seed, first, min(first + CHUNK, end)) for first in range(options.first, end, CHUNK)]
    with multiprocessing.get_context("fork").Pool(options.jobs) as pool:
        results = [result for results in pool.imap(chunk, work) for result in results]
    return 0 if report(results, seed, time.time() - began) else 1


if __name__ == "__main__":
    sys.exit(main())
