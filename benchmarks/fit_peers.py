# SPDX-License-Identifier: MIT
"""Fits of prepguard beside scikit-learn's: the same rows in memory, in one process.

usage: fit_peers.py LIBRARY [--quick] [--json]

LIBRARY is built from fit_peers.cpp. That both learn the same is what the tests show (tests/fit). The variants are timed
in turn, and each ratio is formed inside a round; "read" is the finite check, about the fastest read of the memory.
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
BY_COLUMN_TOO = {"standard_scaler", "min_max_scaler"}
SORTS = {"simple_imputer:median"}  # takes minutes where the rows fill the memory
IN_THEIR_ORDER = {"standard_scaler": "standard_scaler:sklearn_c"}


def fit_case(library, report, step, dtype, shape, order):
    rows, cols = shape
    generator = np.random.default_rng(7)
    cells = generator.standard_normal((rows, cols)) * (1.0 + np.arange(cols) ** 2)
    if step == "one_hot_encoder":
        cells = np.floor(generator.random((rows, cols)) * 100)
    cells = np.asarray(cells, dtype=dtype, order=order)
    call = getattr(library, f"prepguard_fit_{cells.dtype}")

    def ours(name):
        return lambda runs: call(name.encode(), pointer(cells), rows, cols, order == "F", runs)

    variants = {"prepguard": ours(step)}
    if step in IN_THEIR_ORDER:
        variants["prepguard, scikit-learn's sums"] = ours(IN_THEIR_ORDER[step])
    variants["scikit-learn"] = timed(lambda: ESTIMATORS[step]().fit(cells))
    variants["read (finite check)"] = ours("read")
    report.show(f"fit {step} {cells.dtype}, {rows} x {cols} {order}", variants, [])


def text_case(library, report, shape):
    rows, cols = shape
    generator = np.random.default_rng(7)
    words = np.array([f"category {number}" for number in range(100)])
    cells = words[generator.integers(0, 100, shape)]
    packed, objects = np.ascontiguousarray(cells.astype("S")), cells.astype(object)
    variants = {
        "prepguard": lambda runs: library.prepguard_fit_text(packed.ctypes.data, packed.itemsize, rows, cols, runs),
        "scikit-learn": timed(lambda: OneHotEncoder().fit(objects)),
    }
    report.show(f"fit one_hot_encoder text, {rows} x {cols}", variants, [])


def main():
    library = ctypes.CDLL(sys.argv[1])
    for name in ("float64", "float32"):
        function = getattr(library, f"prepguard_fit_{name}")
        function.argtypes = [ctypes.c_char_p, ctypes.POINTER(REAL[np.dtype(name)]), ctypes.c_size_t, ctypes.c_size_t,
                             ctypes.c_bool, ctypes.c_size_t]
        function.restype = ctypes.c_double
    library.prepguard_fit_text.argtypes = [ctypes.c_void_p] + [ctypes.c_size_t] * 4
    library.prepguard_fit_text.restype = ctypes.c_double
    report = Report(sys.argv[2:])
    shapes = [(10_000, 30)] if "--quick" in sys.argv else [(10_000, 30), (1_000_000, 30), (4096, 784)]
    for step in ESTIMATORS:
        for shape in shapes[:1] if step in SORTS else shapes:
            for dtype in ("float64", "float32"):
                for order in "CF" if step in BY_COLUMN_TOO else "C":
                    fit_case(library, report, step, dtype, shape, order)
    text_case(library, report, shapes[0])


if __name__ == "__main__":
    main()
