#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Error rates of the checks of many rows, on real data: how often a window of 256 rows that training did not see is
taken for a fault, and how often a fault of one column, or of two, is found in it.

    main.py PEER [--splits N] [--windows N] [--trials N] [--seed S]

Every data set is split into halves at random, N times; a scaler is fitted on one, exported, and judged in C++ (stream_peer.cpp)
on windows drawn with replacement from the other.
"""

from __future__ import annotations

import argparse
import os
import struct
import subprocess
import sys
import tempfile
from collections import defaultdict
from typing import Any, Iterator

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "python"))

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from sklearn import datasets  # noqa: E402
from sklearn.compose import make_column_selector, make_column_transformer  # noqa: E402
from sklearn.impute import SimpleImputer  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import OneHotEncoder, StandardScaler  # noqa: E402

import prepguard  # noqa: E402

NAN = 2**32 - 2
FAULTS = ("unscaled", "scaled_once", "scaled_twice", "to_0_1", "times_1000", "zero_filled", "swapped", "to_0_1_alike", "swapped_alike")
MOST_ALARMS, LEAST_FOUND = 1e-4, 0.99


def tables() -> Iterator[tuple[str, pd.DataFrame]]:
    for name in ("iris", "wine", "breast_cancer", "diabetes", "digits"):
        data = getattr(datasets, f"load_{name}")(as_frame=True)
        yield name, data.data.astype("float64")
    penguins = pd.read_csv(os.path.join(ROOT, "examples", "data", "penguins.csv"), na_values="NA")
    penguins = penguins.astype({name: "float64" for name in penguins.select_dtypes("number")})
    yield "penguins", penguins.dropna(subset=["body_mass_g"])


def fitted(train: pd.DataFrame) -> Any:
    numbers, texts = make_column_selector(dtype_include="number"), make_column_selector(dtype_include=object)
    return make_column_transformer((make_pipeline(SimpleImputer(), StandardScaler()), numbers),
                                   (OneHotEncoder(handle_unknown="ignore"), texts)).fit(train)


def write_job(start: str, train: pd.DataFrame, held_out: pd.DataFrame) -> None:
    prepguard.dump(fitted(train), start + ".artifact", sample=train, provenance_date="")
    held_out.select_dtypes("number").to_numpy(dtype="<f8").tofile(start + ".numbers")
    with open(start + ".texts", "wb") as file:
        for name in held_out.select_dtypes(object):
            for cell in held_out[name]:
                data = cell.encode("utf-8") if isinstance(cell, str) else b""
                file.write(struct.pack("<I", len(data) if isinstance(cell, str) else NAN) + data)


def judged(peer: str, table: pd.DataFrame, options: argparse.Namespace, random: np.random.RandomState) -> dict[str, np.ndarray]:
    """For the healthy windows, each fault and each false alarm: windows, found, named."""
    with tempfile.TemporaryDirectory() as folder:
        jobs = []
        for split in range(options.splits):
            order = random.permutation(len(table))
            train, held_out = table.iloc[order[: len(order) // 2]], table.iloc[order[len(order) // 2:]]
            start = os.path.join(folder, str(split))
            write_job(start, train, held_out)
            jobs.append(f"{start}\t{len(held_out)}\t{random.randint(2**31)}\t{options.windows}\t{options.trials}\n")
        ran = subprocess.run([peer], input="".join(jobs), capture_output=True, encoding="utf-8", check=True)
    if options.verbose:
        print(ran.stderr)
    sums: dict[str, np.ndarray] = defaultdict(lambda: np.zeros(3, dtype=np.int64))
    for line in ran.stdout.splitlines():
        name, *counts = line.split()
        sums[name] += np.array(counts, dtype=np.int64)
    return sums


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("peer")
    parser.add_argument("--splits", type=int, default=20)
    parser.add_argument("--windows", type=int, default=100, help="without a fault, a split")
    parser.add_argument("--trials", type=int, default=20, help="of each fault, a split")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--verbose", action="store_true", help="print the texts of false alarms")
    options = parser.parse_args()
    random = np.random.RandomState(options.seed)
    wrong, checked = 0, 0
    total: dict[str, np.ndarray] = defaultdict(lambda: np.zeros(3, dtype=np.int64))
    for name, table in tables():
        sums = judged(options.peer, table, options, random)
        healthy = sums["healthy"]
        print(f"figure: {name}, {len(table)} rows: {healthy[1]} of {healthy[0]} healthy windows give a verdict; found (and rightly "
              "named) of 100: " + ", ".join(f"{fault} {100 * sums[fault][1] / sums[fault][0]:.1f} "
                                            f"({100 * sums[fault][2] / sums[fault][0]:.1f})" for fault in FAULTS if sums[fault][0]))
        for key, counts in sums.items():
            total[key] += counts
    for check, counts in total.items():
        if check == "healthy" or check.startswith("alarm:"):
            checked += 1
            rate = counts[1] / total["healthy"][0]
            # One alarm says nothing about a rate that would give less than one in so many windows.
            too_many = counts[1] > max(1, MOST_ALARMS * total["healthy"][0])
            print(f"figure: {check}: {counts[1]} of {total['healthy'][0]} windows, {rate:.1e}; allowed {MOST_ALARMS:.0e} a check")
            wrong += check != "healthy" and too_many
        elif not check.endswith("_alike"):
            checked += 1
            share = counts[1] / counts[0]
            print(f"figure: {check}: found in {counts[1]} of {counts[0]} windows, {100 * share:.2f} %; asked {100 * LEAST_FOUND:.0f} %")
            wrong += share < LEAST_FOUND
    print(f"{checked - wrong} passed, {wrong} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
