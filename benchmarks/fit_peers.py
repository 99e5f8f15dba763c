# SPDX-License-Identifier: MIT
"""Fits of prepguard beside scikit-learn's: the same rows in memory, in one process.

usage: fit_peers.py LIBRARY [--quick] [--json]

LIBRARY is built from fit_peers.cpp. That both learn the same is what the tests show (tests/fit). The variants are timed
in turn, and each ratio is formed inside a round; "read" is NumPy's fastest way to touch the same bytes, a maximum.
"""

import ctypes
import sys

import numpy as np
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, OneHotEncoder, StandardScaler

from python_peers import REAL, Report, pointer, timed

ESTIMATORS = {
    "standard_scaler": StandardScaler,
    "min_max_scaler": MinMaxScaler,
    "max_abs_scaler": MaxAbsScaler,
    "simple_imputer:mean": SimpleImputer,
    "simple_imputer:median": lambda: SimpleImputer(strategy="median"),
    "one_hot_encoder": OneHotEncoder,
}
IN_THEIR_ORDER = {"standard_scaler": "standard_scaler:sklearn_c"}


def fit_case(library, report, step, dtype, rows, cols):
    generator = np.random.default_rng(7)
    cells = (generator.random((rows, cols)) - 0.3) * (1.0 + np.arange(cols) ** 2)
    if step == "one_hot_encoder":
        cells = np.floor(generator.random((rows, cols)) * 100)
    cells = np.ascontiguousarray(cells.astype(dtype))
    call = getattr(library, f"prepguard_fit_{cells.dtype}")

    def ours(name):
        return lambda runs: call(name.encode(), pointer(cells), rows, cols, runs)

    variants = {"prepguard": ours(step)}
    if step in IN_THEIR_ORDER:
        variants["prepguard, scikit-learn's sums"] = ours(IN_THEIR_ORDER[step])
    variants["scikit-learn"] = timed(lambda: ESTIMATORS[step]().fit(cells))
    variants["read (NumPy maximum)"] = timed(lambda: cells.max())
    report.show(f"fit {step} {cells.dtype}, {rows} x {cols}", variants, [])


def main():
    library = ctypes.CDLL(sys.argv[1])
    for name in ("float64", "float32"):
        function = getattr(library, f"prepguard_fit_{name}")
        function.argtypes = [ctypes.c_char_p, ctypes.POINTER(REAL[np.dtype(name)]), ctypes.c_size_t, ctypes.c_size_t,
                             ctypes.c_size_t]
        function.restype = ctypes.c_double
    report = Report(sys.argv[2:])
    shapes = [(10_000, 30)] if "--quick" in sys.argv else [(10_000, 30), (1_000_000, 30), (10_000, 784)]
    for step in ESTIMATORS:
        for rows, cols in shapes:
            for dtype in ("float64", "float32"):
                fit_case(library, report, step, dtype, rows, cols)


if __name__ == "__main__":
    main()
