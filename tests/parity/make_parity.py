# SPDX-License-Identifier: MIT
"""Fitted scikit-learn objects, rows, and scikit-learn's own results for them: what parity.cpp compares bits with.

    make_parity.py OUTDIR [STEP...]

`cases.txt` has a line a case: number, group, rows, dtype of the data, file of its numbers. Case N has the files
`N.artifact` (as prepguard.dump writes it), `N.expected` (transform), where that is compared `N.inverse` and
`N.inverse_texts` (inverse_transform of what is expected), and `N.texts` if some columns are text. Numbers are row-major
and little-endian; texts go column by column, each a 32-bit size and its bytes, the largest size standing for None and
the next for NaN. The modules of cases/ make them, from fixed seeds; names of some select those.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys
import warnings

import numpy as np

import cases
from support import Writer


def main(folder: str, chosen: list[str]) -> None:
    os.makedirs(folder, exist_ok=True)
    writer = Writer(folder)
    modules = [module.name for module in pkgutil.iter_modules(cases.__path__)]
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        for name in chosen or modules:
            importlib.import_module(f"cases.{name}").add(writer, np.random.RandomState(20240229))
    writer.finish()
    print(f"{len(writer.lines)} cases in {folder}")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: make_parity.py OUTDIR [STEP...]")
    main(sys.argv[1], sys.argv[2:])
