#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Fits in C++ against scikit-learn's own fits, bit for bit, and native fits against exact rational arithmetic.

    fit_against_sklearn.py FIT_PEER [FOLDER]

FIT_PEER (fit_peer.cpp) fits what this script writes to FOLDER, or to a temporary one.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import warnings
from fractions import Fraction
from pathlib import Path
from typing import Any, Callable, NamedTuple, Optional

import numpy as np
import sklearn
from scipy import stats
from sklearn.preprocessing import (KBinsDiscretizer, MaxAbsScaler, MinMaxScaler, OneHotEncoder, PowerTransformer, QuantileTransformer,
                                   RobustScaler, SplineTransformer, StandardScaler)

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "python"))

from prepguard.arrays import same_bits, unpack  # noqa: E402

TYPES = ("float32", "float64")


class Job(NamedTuple):
    """One fit in C++: which step, how, to what."""

    step: str
    mode: str
    cells: np.ndarray
    layout: str
    weights: Optional[np.ndarray] = None


class Peer:
    """Collects jobs, has the C++ program do them, and gives their states."""

    def __init__(self, program: str, folder: Path) -> None:
        self.program, self.folder, self.jobs, self.states = program, folder, [], []
        self.files: dict[tuple[int, str], tuple[str, np.ndarray]] = {}

    def add(self, job: Job) -> int:
        self.jobs.append(job)
        return len(self.jobs) - 1

    def run(self) -> None:
        lines = []
        for number, job in enumerate(self.jobs):
            weights = "-" if job.weights is None else self._file(job.weights.astype(np.float64), "c")
            rows, cols = job.cells.shape
            lines.append("\t".join(map(str, (number, job.step, job.mode, job.cells.dtype.name, job.layout, rows, cols,
                                             self._file(job.cells, job.layout), weights))))
        (self.folder / "jobs.txt").write_text("\n".join(lines) + "\n")
        subprocess.run([self.program, str(self.folder)], check=True)
        for number in range(len(self.jobs)):
            text = (self.folder / f"{number}.state").read_text(encoding="utf-8")
            self.states.append(text if text.startswith("error ") else json.loads(text))

    def _file(self, cells: np.ndarray, layout: str) -> str:
        key = (id(cells), layout)
        if key not in self.files:
            path = self.folder / f"rows{len(self.files)}"
            cells.ravel(order=layout.upper()).tofile(path)
            self.files[key] = (str(path), cells)  # kept alive, so that the id stays its own
        return self.files[key][0]


def ordinary(r: np.random.RandomState, rows: int) -> np.ndarray:
    """Columns of very different kinds whose statistics are all numbers."""
    return np.column_stack([r.normal(0, 1, rows), r.normal(100, 3, rows), np.exp(r.normal(0, 4, rows)),
                            np.round(r.normal(44, 5, rows), 1), r.randint(0, 256, rows) * 1.0,
                            1.7e9 + r.uniform(0, 3600, rows), r.choice([0.0, -0.0, 1.0, -1.0], rows),
                            np.full(rows, 14.62), r.uniform(-1, 1, rows) * 1e-30, r.uniform(-1, 1, rows) * 1e18,
                            2.0 ** r.randint(-60, 60, rows), 1e8 + r.choice([-1.5e-8, 0.0, 1.5e-8], rows)])


def gapped(r: np.random.RandomState, cells: np.ndarray) -> np.ndarray:
    gaps = r.uniform(size=cells.shape) < 0.1
    gaps[:, ::3] = False
    return np.where(gaps, np.nan, cells)


def hostile(r: np.random.RandomState, rows: int) -> dict[str, np.ndarray]:
    """Columns on which sums lose digits."""
    sign = np.where(np.arange(rows) % 2 == 0, 1.0, -1.0)
    return {"mean 1e8, deviation 1": 1e8 + r.normal(0, 1, rows),
            "near-constant": 14.62 + r.choice([0.0, 1.8e-15, 3.6e-15], rows),
            "mixed magnitudes": r.normal(0, 1, rows) * 10.0 ** r.uniform(-30, 30, rows),
            "alternating 1e16": sign * 1e16 + r.normal(0, 1, rows),
            "one outlier of 1e16": np.where(np.arange(rows) == rows // 3, 1e16, r.normal(0, 1, rows)),
            "epoch seconds": 1.7e9 + r.uniform(0, 3600, rows),
            "log-normal": np.exp(r.normal(0, 4, rows))}


def statistics_of(*pairs: tuple[str, str]) -> Callable[[dict[str, Any], Any], list[tuple[np.ndarray, np.ndarray]]]:
    """Fields of the state and attributes of the fitted estimator that must be equal."""
    def compare(state: dict[str, Any], fitted: Any) -> list[tuple[np.ndarray, np.ndarray]]:
        return [(unpack(state[field]), np.asarray(getattr(fitted, attribute))) for field, attribute in pairs]
    return compare


def center_and_scale(state: dict[str, Any], fitted: Any) -> list[tuple[np.ndarray, np.ndarray]]:
    """The sign of a median of zero depends on how the rows were sorted."""
    return [(unpack(state["center"]) + 0.0, fitted.center_ + 0.0), (unpack(state["scale"]), fitted.scale_)]


def edges_of(state: dict[str, Any], fitted: Any) -> list[tuple[np.ndarray, np.ndarray]]:
    """A column of one bin has no edges: scikit-learn's are a constant one's infinities, or a single number. Since NumPy 2
    even edges of float32 rows are computed in float32; then only the numbers of bins are compared."""
    pairs = [(np.array([len(column["inner"]["values"]) + 1.0 for column in state["columns"]]),
              np.array([max(len(edges) - 1.0, 1.0) for edges in fitted.bin_edges_]))]
    for column, edges in zip(state["columns"], fitted.bin_edges_):
        if edges.dtype == np.float32:
            continue
        outer = unpack(column["outer"])
        got = np.concatenate([outer[:1], unpack(column["inner"]), outer[1:]])
        pairs.append((got + 0.0, (edges if len(edges) > 1 and np.isfinite(edges).all() else np.empty(0)) + 0.0))
    return pairs


def quantiles_of(state: dict[str, Any], fitted: Any) -> list[tuple[np.ndarray, np.ndarray]]:
    """The sign of a quantile of zero depends on how the rows were sorted."""
    quantiles = np.column_stack([unpack(column) for column in state["quantiles"]])
    return [(unpack(state["references"]), fitted.references_), (quantiles + 0.0, fitted.quantiles_ + 0.0)]


def knots_of(state: dict[str, Any], fitted: Any) -> list[tuple[np.ndarray, np.ndarray]]:
    """The sign of a knot of zero depends on how the rows were sorted."""
    return [(unpack(knots) + 0.0, spline.t + 0.0) for knots, spline in zip(state["knots"], fitted.bsplines_)]


def even_knots_of(state: dict[str, Any], fitted: Any) -> list[tuple[np.ndarray, np.ndarray]]:
    """NumPy 1 computes even knots of float32 rows in float32; then only the ends are compared, and how many there are."""
    pairs, degree = knots_of(state, fitted), fitted.degree
    base = [want[degree:len(want) - degree] for _, want in pairs]
    if any((knots.astype(np.float32) != knots).any() for knots in base):
        return pairs
    ends = [0, -1]
    return [(got[degree:len(got) - degree][ends], want[ends]) for (got, _), want in zip(pairs, base)] + \
        [(np.array([float(len(got))]), np.array([float(len(want))])) for got, want in pairs]


def bins(**options: Any) -> Callable[[], Any]:
    """Whole rows, and quantiles as NumPy interpolates them, which newer versions have to be told."""
    if "quantile_method" in KBinsDiscretizer().get_params():
        options["quantile_method"] = "linear"
    return lambda: KBinsDiscretizer(encode="ordinal", subsample=None, **options)


def with_room(r: np.random.RandomState, rows: int) -> np.ndarray:
    """Columns whose range can be divided into a few bins, in float32 too."""
    return ordinary(r, rows)[:, [0, 1, 2, 3, 4, 6, 9, 10]]


def several(r: np.random.RandomState, rows: int) -> np.ndarray:
    """At least two rows, which scikit-learn asks for; a constant column among them or not."""
    return ordinary(r, max(rows, 2))[:, :7 + 5 * r.randint(2)]


def categories_of(state: dict[str, Any], fitted: Any) -> list[tuple[np.ndarray, np.ndarray]]:
    pairs = zip(state["columns"], fitted.categories_)
    return [(unpack(column["categories"]) + 0.0, categories + 0.0) for column, categories in pairs]  # -0.0 is 0.0


class Equal(NamedTuple):
    """A fit that must have scikit-learn's bits."""

    step: str
    estimator: Any
    compare: Callable[[dict[str, Any], Any], list[tuple[np.ndarray, np.ndarray]]]
    layouts: str = "cf"
    modes: tuple[str, ...] = ("fit", "merge=3")
    rows: Callable[[np.random.RandomState, int], np.ndarray] = ordinary
    gaps: bool = True


MEAN_SCALE = statistics_of(("mean", "mean_"), ("scale", "scale_"))
RANGE = statistics_of(("scale", "scale_"), ("min", "min_"))


def column_order() -> str:
    """In which order this NumPy adds up the columns of column-major data: found by adding."""
    cells = np.random.RandomState(0).normal(size=20_000)
    blocks = 0.0
    for first in range(0, len(cells), 8192):
        blocks += np.sum(cells[first:first + 8192])
    return "sklearn_f" if np.sum(cells) == blocks else "sklearn_f_numpy2"


COLUMN_ORDER = column_order()
EQUAL = [
    Equal("standard_scaler:sklearn_c", StandardScaler, MEAN_SCALE, "c", ("fit", "batches=3", "batches=7")),
    Equal("standard_scaler:" + COLUMN_ORDER, StandardScaler, MEAN_SCALE, "f", ("fit", "batches=3", "batches=7")),
    Equal("min_max_scaler", MinMaxScaler, RANGE, modes=("fit", "merge=3", "batches=4")),
    Equal("min_max_scaler:range", lambda: MinMaxScaler(feature_range=(-0.3, 7.25)), RANGE),
    Equal("max_abs_scaler", MaxAbsScaler, statistics_of(("scale", "scale_")), modes=("fit", "merge=3", "batches=4")),
    Equal("robust_scaler", RobustScaler, center_and_scale),
    Equal("robust_scaler:range", lambda: RobustScaler(quantile_range=(10, 85.5)), center_and_scale),
    Equal("robust_scaler:variance", lambda: RobustScaler(quantile_range=(1.5, 70), unit_variance=True), center_and_scale),
    Equal("k_bins_discretizer", bins(), edges_of, rows=with_room, gaps=False),
    Equal("k_bins_discretizer:30", bins(n_bins=30), edges_of, rows=with_room, gaps=False),
    Equal("k_bins_discretizer:uniform", bins(n_bins=7, strategy="uniform"), edges_of, rows=with_room, gaps=False),
    Equal("quantile_transformer", lambda: QuantileTransformer(subsample=10**9), quantiles_of),
    Equal("quantile_transformer:17", lambda: QuantileTransformer(n_quantiles=17, subsample=10**9), quantiles_of),
    Equal("spline_transformer", SplineTransformer, even_knots_of, rows=several, gaps=False),
    Equal("spline_transformer:2", lambda: SplineTransformer(n_knots=2, degree=1), even_knots_of, rows=several, gaps=False),
    Equal("spline_transformer:quantile", lambda: SplineTransformer(n_knots=9, degree=5, knots="quantile"), knots_of,
          rows=several, gaps=False),
    Equal("spline_transformer:periodic", lambda: SplineTransformer(n_knots=8, degree=4, extrapolation="periodic"),
          even_knots_of, rows=several, gaps=False),
    Equal("one_hot_encoder", OneHotEncoder, categories_of,
          rows=lambda r, rows: r.choice([0.0, -0.0, 0.1, 1e30, -5.0], (rows, 4))),
]


def fitted_by_sklearn(case: Equal, mode: str, cells: np.ndarray) -> Any:
    estimator = case.estimator()
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        if not mode.startswith("batches="):
            return estimator.fit(cells)
        for batch in np.array_split(cells, int(mode.split("=")[1])):
            estimator.partial_fit(batch)
    return estimator


def in_layout(cells: np.ndarray, layout: str) -> np.ndarray:
    return np.ascontiguousarray(cells) if layout == "c" else np.asfortranarray(cells)


def check_equal(peer: Peer, r: np.random.RandomState) -> Callable[[], tuple[int, int]]:
    planned = []
    for case in EQUAL:
        for dtype in TYPES:
            for count in (1, 2, 7, 9, 300, 20_000):
                whole = case.rows(r, count)
                for cells in (whole, gapped(r, whole))[:2 if case.gaps and count > 100 else 1]:
                    for layout in case.layouts:
                        typed = in_layout(cells.astype(dtype), layout)
                        for mode in case.modes:
                            if mode == "fit" or count > 100:
                                planned.append((case, mode, typed, peer.add(Job(case.step, mode, typed, layout))))

    def finish() -> tuple[int, int]:
        passed = failed = values = 0
        for case, mode, cells, number in planned:
            state = peer.states[number]
            pairs = [] if isinstance(state, str) else case.compare(state, fitted_by_sklearn(case, mode, cells))
            good = all(got.shape == want.shape and same_bits(got.astype(want.dtype), want).all() for got, want in pairs)
            values += sum(want.size for _, want in pairs)
            passed, failed = passed + bool(pairs and good), failed + (not pairs or not good)
            if not pairs or not good:
                print(f"FAIL {case.step} {mode} {cells.dtype} {cells.shape}: {state if isinstance(state, str) else pairs}")
        print(f"G19 statistics of fits against scikit-learn {sklearn.__version__}, bit for bit: {len(planned)} fits, "
              f"{values} statistics, {failed} fits differ")
        return passed, failed
    return finish


def exact_moments(cells: np.ndarray, weights: Optional[np.ndarray]) -> tuple[Fraction, Fraction]:
    """Mean and population variance without any rounding."""
    present = ~np.isnan(cells)
    numbers = [Fraction(x) for x in cells[present].tolist()]
    shares = [Fraction(1)] * len(numbers) if weights is None else [Fraction(w) for w in weights[present].tolist()]
    total = sum(shares)
    mean = sum((w * x for w, x in zip(shares, numbers)), Fraction(0)) / total
    return mean, sum((w * x * x for w, x in zip(shares, numbers)), Fraction(0)) / total - mean * mean


def ulps(got: float, want: Fraction) -> float:
    """Distance from the exact value in units of the last place of the double nearest to it."""
    if want == 0:
        return 0.0 if got == 0 else float("inf")
    nearest = float(want)
    return float(abs(Fraction(got) - want) / Fraction(np.spacing(abs(nearest)).item()))


def root_ulps(got: float, square: Fraction) -> float:
    """The same for a square root, to first order: half of the relative error of the square."""
    if square == 0:
        return 0.0 if got in (0.0, 1.0) else float("inf")
    relative = abs(Fraction(got) ** 2 / square - 1) / 2
    return float(relative * Fraction(got) / Fraction(np.spacing(abs(got)).item()))


def check_exact(peer: Peer, r: np.random.RandomState) -> Callable[[], tuple[int, int]]:
    rows = 20_000
    columns = hostile(r, rows)
    cells = np.column_stack(list(columns.values()))
    weights = r.choice([0.0, 0.5, 1.0, 3.0, 1e-3], rows)
    jobs = {kind: peer.add(Job("standard_scaler", mode, cells, "c", given))
            for kind, mode, given in (("fit", "fit", None), ("merge", "merge=9", None), ("weighted", "fit", weights))}

    def finish() -> tuple[int, int]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = {"fit": StandardScaler().fit(cells), "weighted": StandardScaler().fit(cells, sample_weight=weights)}
        failed = 0
        for kind in ("fit", "weighted"):
            state, sums = peer.states[jobs[kind]], theirs[kind]
            mean, scale = unpack(state["mean"]), unpack(state["scale"])
            for index, name in enumerate(columns):
                centre, variance = exact_moments(cells[:, index], None if kind == "fit" else weights)
                flat = scale[index] == 1.0
                errors = ulps(mean[index], centre), 0.0 if flat else root_ulps(scale[index], variance)
                sklearn_errors = ulps(sums.mean_[index], centre), 0.0 if flat else root_ulps(sums.scale_[index], variance)
                good = errors[0] <= 0.5 and errors[1] <= 1.0 and flat == (sums.scale_[index] == 1.0)
                failed += not good
                print(f"figure: {kind} of {name}: native mean {errors[0]:.2f} ulp, scale {errors[1]:.2f} ulp; "
                      f"scikit-learn's own {sklearn_errors[0]:.3g}, {sklearn_errors[1]:.3g}" + ("" if good else "  FAIL"))
        merged = peer.states[jobs["merge"]] == peer.states[jobs["fit"]]
        return 2 * len(columns) + 1 - failed - (not merged), failed + (not merged)
    return finish


def skewed(r: np.random.RandomState, rows: int) -> np.ndarray:
    """Columns with a clear best power, some of both signs."""
    return np.column_stack([r.normal(0, 1, rows), r.uniform(0, 1, rows), np.exp(r.normal(0, 1, rows)), r.gamma(2, 3, rows),
                            -np.exp(r.normal(0, 1, rows)), r.standard_t(4, rows), r.uniform(-5, 50, rows),
                            1000 * r.beta(2, 5, rows), np.round(r.normal(44, 5, rows), 1), r.randint(-9, 10, rows) / 8.0])


def check_lambdas(peer: Peer, r: np.random.RandomState) -> Callable[[], tuple[int, int]]:
    """Both search for a maximum in doubles, where a likelihood is flat to half of the digits: no bits, but both close, and
    ours nowhere less likely than scikit-learn's."""
    planned = []
    for step, method in (("power_transformer", "yeo-johnson"), ("power_transformer:box-cox", "box-cox")):
        for count in (7, 300, 20_000):
            for gaps in (False, True):
                cells = skewed(r, count) if method == "yeo-johnson" else np.abs(skewed(r, count)) + 1e-3
                cells = gapped(r, cells) if gaps and count > 7 else cells
                for mode in ("fit", "merge=3"):
                    planned.append((method, cells, peer.add(Job(step, mode, cells, "c"))))

    def finish() -> tuple[int, int]:
        failed, worst, less = 0, 0.0, 0.0
        for method, cells, number in planned:
            fitted = PowerTransformer(method=method).fit(cells)
            lambdas = unpack(peer.states[number]["lambdas"])
            for column, own, theirs in zip(cells.T, lambdas, fitted.lambdas_):
                own_likelihood, their_likelihood = (likelihood(column, each, method) for each in (own, theirs))
                difference = abs(own - theirs) / max(1.0, abs(theirs))
                worst, less = max(worst, difference), max(less, their_likelihood - own_likelihood)
                failed += not (difference < 1e-5 and their_likelihood - own_likelihood < 1e-11)
        print(f"figure: power_transformer: {len(planned)} fits, lambdas at most {worst:.1e} from scikit-learn {sklearn.__version__}'s, "
              f"at most {less:.1e} less likely a row")
        return len(planned) * len(lambdas) - failed, failed
    return finish


def likelihood(column: np.ndarray, lambda_: float, method: str) -> float:
    """scipy's, of one row."""
    column = column[~np.isnan(column)]
    return float((stats.yeojohnson_llf if method == "yeo-johnson" else stats.boxcox_llf)(lambda_, column)) / len(column)


def main(program: str, folder: Path) -> int:
    peer = Peer(program, folder)
    checks = [check(peer, np.random.RandomState(20240229)) for check in (check_equal, check_exact, check_lambdas)]
    peer.run()
    results = [finish() for finish in checks]
    passed, failed = (sum(numbers) for numbers in zip(*results))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    if len(sys.argv) == 3:
        sys.exit(main(sys.argv[1], Path(sys.argv[2])))
    if len(sys.argv) != 2:
        sys.exit("usage: fit_against_sklearn.py FIT_PEER [FOLDER]")
    with tempfile.TemporaryDirectory() as temporary:
        sys.exit(main(sys.argv[1], Path(temporary)))
