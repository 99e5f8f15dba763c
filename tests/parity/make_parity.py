# SPDX-License-Identifier: MIT
"""Fitted scikit-learn objects, rows, and scikit-learn's own results for them: what parity.cpp compares bits with.

    make_parity.py OUTDIR [STEP...]

`cases.txt` has a line a case: name, group, rows, dtype of the data, file of its numbers. Case N has the files
`N.artifact` (as prepguard.dump writes it), `N.expected` (transform), where that is compared `N.inverse` and
`N.inverse_texts` (inverse_transform of what is expected), and `N.texts` if some columns are text. Numbers are row-major
and little-endian; texts go column by column, each a 32-bit size and its bytes, the largest size standing for None and
the next for NaN. The modules of cases/ make them, from fixed seeds, each in a process; names of some select those.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import pkgutil
import sys
import warnings

import numpy as np

import cases
from support import Writer


def lines_of(folder: str, name: str) -> list[str]:
    """Writes the cases of one module; their lines for the list."""
    writer = Writer(folder, name)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        importlib.import_module(f"cases.{name}").add(writer, np.random.RandomState(20240229))
    return writer.lines


def main(folder: str, chosen: list[str]) -> None:
    os.makedirs(folder, exist_ok=True)
    names = chosen or [module.name for module in pkgutil.iter_modules(cases.__path__)]
    with multiprocessing.Pool(int(os.environ.get("JOBS") or os.cpu_count() or 1)) as pool:
        lines = [line for part in pool.starmap(lines_of, [(folder, name) for name in names], 1) for line in part]
    with open(os.path.join(folder, "cases.txt"), "w", encoding="ascii") as file:
        file.write("\n".join(lines) + "\n")
    print(f"{len(lines)} cases in {folder}")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: make_parity.py OUTDIR [STEP...]")
    main(sys.argv[1], sys.argv[2:])
