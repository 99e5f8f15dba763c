# SPDX-License-Identifier: MIT
"""prepguard beside NumPy and scikit-learn: the same fitted objects on the same memory, in one process.

usage: python_peers.py LIBRARY [--quick] [--json]

scikit-learn fits, `prepguard.dump` writes the file, and LIBRARY (python_peers.cpp) loads it. Every variant must leave the
bits that scikit-learn leaves; one that does not is listed as WRONG and gets no time. The variants are timed in turn, and
each ratio is formed inside a round; the table shows the median of the rounds.
"""

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
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "python"))
import prepguard  # noqa: E402

SAMPLE_NS = 300_000
COLUMNS = 30
REAL = {np.dtype("float64"): ctypes.c_double, np.dtype("float32"): ctypes.c_float}


def timed(work):
    """A variant from a callable: nanoseconds of one of n runs."""
    def nanoseconds(runs):
        start = time.perf_counter_ns()
        for _ in range(runs):
            work()
        return (time.perf_counter_ns() - start) / runs
    return nanoseconds


def pointer(array):
    return array.ctypes.data_as(ctypes.POINTER(REAL[array.dtype]))


def measure(variants, rounds):
    """Rows of (name, median ns, median of its time / the time of the first) for variants that are right."""
    runs = {}
    for name, work in variants.items():
        work(1)
        runs[name] = max(1, int(SAMPLE_NS / max(work(3), 1)))
    times = {name: [] for name in variants}
    for _ in range(rounds):
        for name, work in variants.items():
            times[name].append(work(runs[name]))
    first = next(iter(times.values()))
    return [(name, statistics.median(ns), statistics.median(a / b for a, b in zip(ns, first))) for name, ns in times.items()]


class Report:
    def __init__(self, arguments):
        self.json = "--json" in arguments
        self.rounds = 5 if "--quick" in arguments else 15
        setting = {"python": sys.version.split()[0], "numpy": np.__version__, "scikit-learn": sklearn.__version__,
                   "rounds": self.rounds}
        print(json.dumps(setting) if self.json else
              ", ".join(f"{name} {value}" for name, value in setting.items()) + "; one process, interleaved")

    def show(self, case, variants, wrong):
        rows = measure(variants, self.rounds)
        if not self.json:
            print(f"\n{case:40} {'ns':>14} {'of prepguard':>14}")
        for name, ns, ratio in rows:
            print(json.dumps({"case": case, "variant": name, "right": True, "ns": round(ns, 2), "times": round(ratio, 3)})
                  if self.json else f"  {name:38} {ns:14,.0f} {ratio:14.2f}")
        for name in wrong:
            print(json.dumps({"case": case, "variant": name, "right": False}) if self.json else f"  {name:38} {'WRONG':>14}")


def numpy_steps(scaler):
    """The two operations of `scaler` as NumPy calls (x, out)."""
    if isinstance(scaler, StandardScaler):
        return (np.subtract, scaler.mean_), (np.divide, scaler.scale_)
    return (np.multiply, scaler.scale_), (np.add, scaler.min_)


def scaler_case(library, folder, report, scaler, dtype, rows):
    generator = np.random.default_rng(7)
    factors = 1.0 + np.arange(COLUMNS) ** 2
    train = ((generator.random((1000, COLUMNS)) - 0.3) * factors).astype(dtype)
    cells = ((generator.random((rows, COLUMNS)) - 0.3) * factors).astype(dtype)
    scaler = scaler.fit(train)
    path = folder / "scaler.json"
    prepguard.dump(scaler, path, sample=train)
    expected = scaler.transform(cells)
    out = np.empty_like(cells)
    call = getattr(library, f"prepguard_{cells.dtype}")
    (first, a), (second, b) = numpy_steps(scaler)

    def into_out():
        first(cells, a, out=out, casting="same_kind")
        second(out, b, out=out, casting="same_kind")
        return out

    def allocating():
        return second(first(cells, a).astype(dtype, copy=False), b).astype(dtype, copy=False)

    def ours(runs):
        ns = call(str(path).encode(), pointer(cells), pointer(out), rows, runs)
        if ns < 0:
            raise SystemExit("prepguard failed")
        return ns

    ours(1)
    right = {"prepguard": np.array_equal(out.view("u1"), expected.view("u1"))}
    for name, work in (("numpy, into memory at hand", into_out), ("numpy, allocating", allocating)):
        right[name] = np.array_equal(work().view("u1"), expected.view("u1"))
    variants = {"prepguard": ours, "numpy, into memory at hand": timed(into_out), "numpy, allocating": timed(allocating),
                "scikit-learn": timed(lambda: scaler.transform(cells))}
    wrong = [name for name, good in right.items() if not good]
    if "prepguard" in wrong:
        raise SystemExit("prepguard leaves other bits than scikit-learn")
    report.show(f"{type(scaler).__name__} {cells.dtype}, {rows} x {COLUMNS}",
                {name: work for name, work in variants.items() if name not in wrong}, wrong)


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
    report = Report(sys.argv[2:])
    sizes = (1, 64, 4096) if "--quick" in sys.argv else (1, 64, 1024, 4096, 1_000_000)
    with tempfile.TemporaryDirectory() as folder:
        for scaler in (StandardScaler(), MinMaxScaler()):
            for rows in sizes:
                for dtype in ("float64", "float32"):
                    scaler_case(library, Path(folder), report, scaler, dtype, rows)
        row_case(library, Path(folder), report)


if __name__ == "__main__":
    main()
