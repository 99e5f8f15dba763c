# SPDX-License-Identifier: MIT
"""prepguard beside NumPy and scikit-learn: the same fitted objects on the same memory, in one process.

usage: python_peers.py LIBRARY [--quick] [--json]

scikit-learn fits, `prepguard.dump` writes the file, and LIBRARY (python_peers.cpp) loads it. Every variant must leave the
bits that scikit-learn leaves; one that does not is listed as WRONG and gets no time. The variants are timed in turn, and
each ratio is formed inside a round; the table shows the median of the rounds. The limit is a memcpy of the same bytes.
"""

import copy
import ctypes
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import sklearn
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (Binarizer, MaxAbsScaler, MinMaxScaler, Normalizer, OneHotEncoder, RobustScaler,
                                   StandardScaler)

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "python"))
import prepguard  # noqa: E402

SAMPLE_NS = 300_000
COLUMNS = 30
REAL = {np.dtype("float64"): ctypes.c_double, np.dtype("float32"): ctypes.c_float}


def timed(work):
    """A variant from a callable: nanoseconds of one of n runs, of this thread, which does all the work."""
    def nanoseconds(runs):
        start = time.thread_time_ns()
        for _ in range(runs):
            work()
        return (time.thread_time_ns() - start) / runs
    return nanoseconds


def pointer(array):
    return array.ctypes.data_as(ctypes.POINTER(REAL[array.dtype]))


def is_limit(name):
    return name.startswith(("copy", "read"))


def measure(variants, rounds):
    """Rows of (name, median ns, median of its time / the time of the first, median of the limit's time / its time or None)."""
    runs = {}
    for name, work in variants.items():
        work(1)
        runs[name] = max(1, int(SAMPLE_NS / max(work(3), 1)))
    times = {name: [] for name in variants}
    for _ in range(rounds):
        for name, work in variants.items():
            times[name].append(work(runs[name]))
    first = next(iter(times.values()))
    fastest = [min(limits) for limits in zip(*(ns for name, ns in times.items() if is_limit(name)))]
    return [(name, statistics.median(ns), statistics.median(a / b for a, b in zip(ns, first)),
             statistics.median(a / b for a, b in zip(fastest, ns)) if fastest else None) for name, ns in times.items()]


class Report:
    def __init__(self, arguments):
        self.json = "--json" in arguments
        self.rounds = 5 if "--quick" in arguments else 15
        setting = {"python": sys.version.split()[0], "numpy": np.__version__, "scikit-learn": sklearn.__version__,
                   "rounds": self.rounds}
        print(json.dumps(setting) if self.json else
              ", ".join(f"{name} {value}" for name, value in setting.items()) + "; one process, interleaved")

    def show(self, case, variants, wrong):
        """Times `variants`, ours first. Those whose name begins with "copy" or "read" are limits."""
        rows = measure(variants, self.rounds)
        if not self.json:
            print(f"\n{case:40} {'ns':>14} {'of prepguard':>14} {'of limit':>9}")
        for name, ns, ratio, of_limit in rows:
            if self.json:
                row = {"case": case, "variant": name, "kind": self.kind(name), "right": True, "ns": round(ns, 2),
                       "times": round(ratio, 3)}
                print(json.dumps(row if of_limit is None else {**row, "of_limit": round(of_limit, 4)}))
            else:
                print(f"  {name:38} {ns:14,.0f} {ratio:14.2f}" + ("" if of_limit is None else f" {of_limit:9.2f}"))
        for name in wrong:
            row = {"case": case, "variant": name, "kind": self.kind(name), "right": False}
            print(json.dumps(row) if self.json else f"  {name:38} {'WRONG':>14}")

    @staticmethod
    def kind(name):
        return "limit" if is_limit(name) else "own" if name.startswith("prepguard") else "peer"


def numpy_variants(scaler, cells, out):
    """The two operations of `scaler` as NumPy calls, into memory at hand and into new memory."""
    if isinstance(scaler, StandardScaler):
        (first, a), (second, b) = (np.subtract, scaler.mean_), (np.divide, scaler.scale_)
    elif isinstance(scaler, MinMaxScaler):
        (first, a), (second, b) = (np.multiply, scaler.scale_), (np.add, scaler.min_)
    else:
        return {}

    def into_out():
        first(cells, a, out=out, casting="same_kind")
        second(out, b, out=out, casting="same_kind")
        return out

    def allocating():
        return second(first(cells, a).astype(cells.dtype, copy=False), b).astype(cells.dtype, copy=False)

    return {"numpy, into memory at hand": into_out, "numpy, allocating": allocating}


def in_place(step, cells):
    """scikit-learn without an allocation of its own: it overwrites what it is given, so that gets a copy each time."""
    if not hasattr(step, "copy"):
        return {}
    step, own = copy.copy(step).set_params(copy=False), np.empty_like(cells)

    def transform():
        np.copyto(own, cells)
        return step.transform(own)

    return {"scikit-learn, copy=False": transform}


def step_case(library, folder, report, step, dtype, rows, columns=COLUMNS):
    generator = np.random.default_rng(7)
    factors = 1.0 + (np.arange(columns) % 1000) ** 2
    if isinstance(step, OneHotEncoder):
        train, cells = (np.floor(generator.random((n, columns)) * 10).astype(dtype) for n in (1000, rows))
    else:
        train, cells = (((generator.random((n, columns)) - 0.3) * factors).astype(dtype) for n in (1000, rows))
    step = step.fit(train)
    path = folder / "step.json"
    prepguard.dump(step, path, sample=train)
    expected = step.transform(cells)
    out = np.empty_like(expected)
    call = getattr(library, f"prepguard_{cells.dtype}")

    def ours(runs):
        ns = call(str(path).encode(), pointer(cells), pointer(out), rows, runs)
        if ns < 0:
            raise SystemExit("prepguard failed")
        return ns

    ours(1)
    if out.tobytes() != expected.tobytes():
        raise SystemExit(f"{step} {cells.dtype}: prepguard leaves other bits than scikit-learn")
    peers = {**numpy_variants(step, cells, out), **in_place(step, cells)}
    wrong = [name for name, work in peers.items() if work().tobytes() != expected.tobytes()]
    variants = {"prepguard": ours, "copy (memcpy)": lambda runs: library.copy_bytes(
        out.ctypes.data, expected.ctypes.data, out.nbytes, runs)}
    variants |= {name: timed(work) for name, work in peers.items() if name not in wrong}
    variants["scikit-learn"] = timed(lambda: step.transform(cells))
    report.show(f"{type(step).__name__} {cells.dtype}, {rows} x {columns}", variants, wrong)


def row_case(library, folder, report):
    generator = np.random.default_rng(7)
    names = [f"n{j}" for j in range(COLUMNS)]
    frame = pd.DataFrame(generator.normal(size=(500, COLUMNS)), columns=names)
    frame["port"] = [f"port of call {i % 10}" for i in range(500)]
    frame["deck"] = [f"deck {i % 5}" for i in range(500)]
    fitted = ColumnTransformer([
        ("num", make_pipeline(SimpleImputer(), StandardScaler()), names),
        ("cat", OneHotEncoder(sparse_output=False), ["port", "deck"]),
    ]).fit(frame)
    path = folder / "row.json"
    prepguard.dump(fitted, path, sample=frame)
    row = frame.iloc[17:18]
    expected = fitted.transform(row)
    numbers = np.ascontiguousarray(row[names].to_numpy()[0])
    texts = (ctypes.c_char_p * 2)(*(row[name].iloc[0].encode() for name in ("port", "deck")))
    out = np.empty(expected.shape[1])

    def ours(runs):
        return library.prepguard_row(str(path).encode(), pointer(numbers), texts, 2, pointer(out), runs)

    ours(1)
    if not np.array_equal(out.view("u1"), expected[0].view("u1")):
        raise SystemExit("prepguard leaves other bits than scikit-learn")
    report.show("one guarded row, 30 numbers and 2 texts",
                {"prepguard, guarded": ours, "scikit-learn, no guard": timed(lambda: fitted.transform(row))}, [])


def main():
    library = ctypes.CDLL(sys.argv[1])
    for name in ("float64", "float32"):
        function = getattr(library, f"prepguard_{name}")
        real = ctypes.POINTER(REAL[np.dtype(name)])
        function.argtypes = [ctypes.c_char_p, real, real, ctypes.c_size_t, ctypes.c_size_t]
        function.restype = ctypes.c_double
    real = ctypes.POINTER(ctypes.c_double)
    library.prepguard_row.argtypes = [ctypes.c_char_p, real, ctypes.POINTER(ctypes.c_char_p), ctypes.c_size_t, real,
                                      ctypes.c_size_t]
    library.prepguard_row.restype = ctypes.c_double
    library.copy_bytes.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_size_t]
    library.copy_bytes.restype = ctypes.c_double
    report = Report(sys.argv[2:])
    shapes = [(1, 30), (64, 30), (4096, 30)]
    if "--quick" not in sys.argv:
        shapes = [(1, 30), (64, 30), (1024, 30), (4096, 30), (1_000_000, 30), (4096, 784)]
    with tempfile.TemporaryDirectory() as folder:
        for dtype in ("float64", "float32"):
            for rows, columns in shapes:
                for step in (StandardScaler(), MinMaxScaler()):
                    step_case(library, Path(folder), report, step, dtype, rows, columns)
            for rows, _ in shapes[:3]:
                for step in (MaxAbsScaler(), RobustScaler(), Normalizer(), Binarizer(), SimpleImputer(),
                             OneHotEncoder(sparse_output=False, dtype=dtype)):
                    step_case(library, Path(folder), report, step, dtype, rows)
        row_case(library, Path(folder), report)


if __name__ == "__main__":
    main()
