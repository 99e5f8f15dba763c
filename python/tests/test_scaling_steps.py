# SPDX-License-Identifier: MIT
"""Scalers, bins and their kin: states that contradict themselves, objects that cannot be replayed."""

from __future__ import annotations

import unittest
import warnings
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Binarizer, KBinsDiscretizer, MaxAbsScaler, Normalizer, RobustScaler, StandardScaler

import make_samples
import prepguard
from prepguard.envelope import seal
from support import Case, export, set_at

warnings.simplefilter("ignore")

X = np.array([[1.0, 10.0], [2.0, 20.0], [3.0, 50.0], [4.0, -7.0]])


def numbers(*values: float, dtype: str = "float64") -> dict[str, Any]:
    return {"dtype": dtype, "values": list(values), "none": [], "nan": []}


def bins(inner: dict[str, Any], outer: dict[str, Any]) -> dict[str, Any]:
    return {"inner": inner, "outer": outer}


# sample, place in its node, what is set there, code, words of the message
FAULTS: list[tuple[str, str, Any, str, str]] = [
    ("max_abs_scaler", "['scale']['values'][2]", 0.0, "bad_state", "scale.values[2]: expected a number > 0, got 0.0"),
    ("max_abs_scaler", "['scale']", numbers(1.0), "bad_state", "scale: expected 5 values, got 1"),
    ("max_abs_scaler", "['clip']", 1, "bad_format", "clip: expected true or false, got 1"),
    ("max_abs_scaler", "['contract']", "keras", "bad_state", "contract"),
    ("robust_scaler", "['scale']['values'][0]", -1.0, "bad_state", "scale.values[0]"),
    ("robust_scaler", "['with_centering']", False, "bad_state", "center: expected 0 values, got 5"),
    ("robust_scaler", "['with_scaling']", False, "bad_state", "scale: expected 0 values, got 5"),
    ("robust_scaler", "['center']", {**numbers(0.0, 1.0, 1.0, 1.0, 1.0), "nan": [0]}, "bad_state",
     "center and scale are undefined for different columns"),
    ("robust_scaler", "['contract']", "keras", "bad_state", "contract"),
    ("binarizer", "['threshold']", 1, "bad_format", "threshold: expected a number with a point"),
    ("binarizer", "['contract']", "keras", "bad_state", "contract"),
    ("normalizer", "['norm']", "l3", "bad_state", "norm: expected one of l1, l2, max, got 'l3'"),
    ("normalizer", "['order']", "C", "bad_state", "order: expected one of c, f, got 'C'"),
    ("normalizer", "['contract']", "keras", "bad_state", "contract"),
    ("k_bins_discretizer", "['encode']", "onehot-dense", "bad_state", "encode: expected ordinal or onehot"),
    ("k_bins_discretizer", "['columns']", [], "bad_state", "columns: expected 4, got 0"),
    ("k_bins_discretizer", "['columns'][0]", bins(numbers(2.0, 1.0), numbers()), "bad_state",
     "columns[0].inner.values[1]: expected more than 2.0, got 1.0"),
    ("k_bins_discretizer", "['columns'][0]", bins(numbers(2.0, 2.0), numbers()), "bad_state", "columns[0].inner.values[1]"),
    ("k_bins_discretizer", "['columns'][0]['inner']", {**numbers(0.0), "nan": [0]}, "bad_state",
     "columns[0].inner: expected no undefined edge"),
    ("k_bins_discretizer", "['columns'][0]['inner']", {**numbers(), "dtype": "int64"}, "bad_state", "inner.dtype"),
    ("k_bins_discretizer", "['columns'][0]['outer']", numbers(1.0), "bad_state", "outer: expected 0 or 2 values, got 1"),
    ("k_bins_discretizer", "['columns'][0]", bins(numbers(2.0), numbers(3.0, 4.0)), "bad_state", "edges around the inner ones"),
    ("k_bins_discretizer", "['columns'][0]", bins(numbers(2.0), numbers(1.0, 3.0, dtype="float32")), "bad_state",
     "outer.dtype: expected float64 like inner"),
    ("k_bins_discretizer", "['contract']", "keras", "bad_state", "inner.dtype: expected float32"),
    ("k_bins_discretizer_kmeans_float32", "['contract']", "keras", "bad_state", "outer: expected 0 values, got 2"),
    ("k_bins_discretizer", "['contract']", "sklearn_float32_coefficients", "bad_state", "contract"),
]


def with_state(fitted: Any, **state: Any) -> Any:
    for name, value in state.items():
        setattr(fitted, name, value)
    return fitted


def with_edges(*edges: float) -> Any:
    """One column of these bin edges."""
    return with_state(KBinsDiscretizer(2, encode="ordinal", strategy="uniform").fit(X[:, :1]),
                      bin_edges_=[np.array(edges)])


# fitted object, sample, words of the message
REFUSED: dict[str, tuple[Any, np.ndarray, tuple[str, ...]]] = {
    "infinite scale": (with_state(RobustScaler().fit(X), scale_=np.array([1.0, np.inf])), X, ("scale_", "'x1'", "inf")),
    "scale is text": (with_state(MaxAbsScaler().fit(X), scale_=np.array(["1", "2"])), X, ("scale_ is str",)),
    "infinite threshold": (Binarizer(threshold=float("inf")).fit(X), X, ("threshold=inf", "finite")),
    "norm": (with_state(Normalizer().fit(X), norm="l3"), X, ("norm='l3'", "l1, l2, max")),
    "encode": (with_state(KBinsDiscretizer(2).fit(X), encode="codes"), X, ("encode='codes'", "onehot-dense")),
    "equal edges": (with_edges(0.0, 1.0, 1.0, 2.0), X[:, :1], ("bin_edges_", "'x0'", "no room for 3 bins")),
    "infinite edges": (with_edges(0.0, np.inf, 2.0), X[:, :1], ("bin_edges_", "'x0'", "overflow")),
    "edges of integers": (with_state(with_edges(), bin_edges_=[np.array([0, 1, 2])]), X[:, :1], ("bin_edges_", "'x0'")),
}


class Steps(Case):
    def test_faults(self) -> None:
        for sample, place, value, code, words in FAULTS:
            with self.subTest(sample=sample, place=place, value=value):
                case = make_samples.make(sample)
                payload = export(case.fitted, case.sample).payload
                with self.refused(code, words):
                    prepguard.loads(seal(set_at(payload, "['pipeline']" + place, value)))
        print(f"\nscaling steps: {len(FAULTS)} faults refused")

    def test_refusals(self) -> None:
        for name, (fitted, sample, words) in REFUSED.items():
            with self.subTest(name), self.refused("bad_parameter", *words):
                export(fitted, sample)
        print(f"\nscaling steps: {len(REFUSED)} objects refused by name")

    def test_nan_where_training_had_none(self) -> None:
        for sample in ("k_bins_discretizer", "binarizer", "normalizer"):
            case = make_samples.make(sample)
            rows = case.serving.copy()
            rows.iloc[3, 1] = np.nan
            with self.subTest(sample), self.refused("non_finite", "row 3", f"'{rows.columns[1]}'", "NaN"):
                export(case.fitted, case.sample).transform(rows)

    def test_thresholds_of_numpy(self) -> None:
        """Newer scikit-learn compares float32 rows with a numpy.float64 in float64: then it is refused, not replayed."""
        rows = np.array([[0.1], [0.3], [0.7]], dtype="float32")
        outcomes = set()
        for threshold in np.linspace(0.05, 0.95, 19):
            fitted = Binarizer(threshold=threshold).fit(rows)
            edge = np.full((1, 1), threshold, dtype="float32")
            if fitted.transform(edge).any():
                with self.refused("bad_parameter", "float64", "plain float"):
                    export(fitted, rows)
                fitted.set_params(threshold=float(threshold))
            artifact = export(fitted, rows)
            outcomes.add(artifact.payload["pipeline"]["threshold"])
            for cells in (rows, edge, np.nextafter(edge, np.float32(1)), np.nextafter(edge, np.float32(0))):
                np.testing.assert_array_equal(artifact.transform(cells), fitted.transform(cells))
        self.assertEqual(len(outcomes), 19)

    def test_columns_of_one_bin(self) -> None:
        """Constant ones, and ones whose quantiles are all within 1e-8: nothing can be undone."""
        rows = np.column_stack([np.full(9, 3.0), np.arange(9) * 1e-10, np.arange(9.0)])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fitted = KBinsDiscretizer(3, encode="ordinal").fit(rows)
        artifact = export(fitted, rows)
        columns = artifact.payload["pipeline"]["columns"]
        self.assertEqual([len(column["inner"]["values"]) for column in columns], [0, 0, 2])
        self.assertEqual([len(column["outer"]["values"]) for column in columns], [0, 0, 2])
        np.testing.assert_array_equal(artifact.transform(rows), fitted.transform(rows))

    def test_bins_in_a_type_of_their_own(self) -> None:
        """`dtype` of a discretizer decides in which type its rows are compared."""
        fitted = KBinsDiscretizer(4, encode="ordinal", dtype=np.float32).fit(X)
        artifact = export(fitted, X)
        self.assertEqual((artifact.dtype, len(artifact.payload["self_tests"])), ("float32", 1))
        np.testing.assert_array_equal(artifact.transform(X, dtype="float32"), fitted.transform(X))

    def test_normalizer_of_rows_that_lie_in_memory_in_any_way(self) -> None:
        """The order of additions is that of training, found by running the object: no sum differs."""
        r = np.random.RandomState(0)
        cells = np.exp(r.normal(size=(400, 13))) * r.choice([-1.0, 1.0], (400, 13))
        names = [f"c{index}" for index in range(13)]
        frame = pd.DataFrame(cells, columns=names)
        samples = {"C": cells, "F": np.asfortranarray(cells), "every second row": cells[::2],
                   "every second row, F": np.asfortranarray(cells)[::2], "transposed": np.ascontiguousarray(cells.T).T,
                   "frame": frame, "by column": pd.DataFrame({name: cells[:, place] for place, name in enumerate(names)}),
                   "some rows": frame.sample(frac=0.5, random_state=0), "some columns": frame[names[2:11]],
                   "integers": (frame * 100).astype(int), "float32": frame.astype("float32"), "list": cells.tolist()}
        orders = set()
        for name, sample in samples.items():
            for norm in ("l1", "l2", "max"):
                for step in (Normalizer(norm=norm), make_pipeline(StandardScaler(), Normalizer(norm=norm))):
                    with self.subTest(name, norm=norm, step=step):
                        want = np.asarray(step.fit(sample).transform(sample))
                        artifact = export(step, sample)
                        self.assertEqual(int((artifact.transform(sample) != want).sum()), 0)
                        self.assertEqual(len(artifact.payload["self_tests"]), 2)
                        orders.add((norm, str(artifact.payload["pipeline"]).count("'order': 'f'")))
        self.assertLessEqual({("l1", 0), ("l1", 1), ("l2", 0), ("l2", 1), ("max", 0)}, orders)

    def test_each_normalizer_has_its_own_order(self) -> None:
        cells = np.asfortranarray(np.random.RandomState(0).normal(size=(300, 30)))
        step = make_pipeline(ColumnTransformer([("a", Normalizer(norm="l1"), list(range(15))),
                                                ("b", "passthrough", list(range(15, 30)))]), Normalizer(norm="l1")).fit(cells)
        artifact = export(step, cells)
        self.assertEqual(int((artifact.transform(cells) != step.transform(cells)).sum()), 0)
        orders = [part.split("'")[0] for part in str(artifact.payload["pipeline"]).split("'order': '")[1:]]
        self.assertEqual(len(orders), 2)

    def test_a_normalizer_that_adds_up_in_another_way(self) -> None:
        cells = np.random.RandomState(0).normal(size=(20, 12))
        fitted = Normalizer(norm="l1").fit(cells)
        fitted.transform = lambda rows: np.asarray(rows) / np.abs(np.asarray(rows)[:, ::-1]).cumsum(axis=1)[:, -1:]
        with self.refused("self_test_failed", "Normalizer", "neither of the orders"):
            export(fitted, cells)


if __name__ == "__main__":
    unittest.main()
