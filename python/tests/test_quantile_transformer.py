# SPDX-License-Identifier: MIT
"""quantile_transformer: normal within its bound, both types at the ends, tolerances, and what is refused."""

from __future__ import annotations

import unittest
import warnings
from typing import Any

import numpy as np
import pandas as pd
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, QuantileTransformer

import prepguard
from support import Case, differing_bits, export, sealed_without_checks, set_at

warnings.simplefilter("ignore")

R = np.random.RandomState(0)
X = np.column_stack([R.normal(size=200), R.gamma(2, 3, 200), np.round(R.normal(size=200)), np.full(200, 0.1),
                     np.full(200, np.nan)])
X[::7, 1] = np.nan
SERVING = np.concatenate([X, 2 * X, [X[0] * 0 - 9, X[0] * 0 + 9]])


class Quantiles(Case):
    def test_both_distributions(self) -> None:
        for dtype in ("float32", "float64"):
            for distribution, ulps in (("uniform", 0), ("normal", 8)):
                for container in (np.asarray, pd.DataFrame):
                    with self.subTest(dtype=dtype, distribution=distribution, container=container.__name__):
                        sample, rows = container(X.astype(dtype)), container(SERVING.astype(dtype))
                        fitted = QuantileTransformer(n_quantiles=30, output_distribution=distribution).fit(sample)
                        artifact = export(fitted, sample)
                        self.assertEqual([test["tolerance"] for test in artifact.payload["self_tests"]], [[ulps] * 5] * 2)
                        self.near(artifact.transform(rows), np.ascontiguousarray(fitted.transform(rows)), ulps)

    def test_ends_that_are_no_float32(self) -> None:
        """NumPy 1 compares float32 rows with the ends rounded to float32, NumPy 2 with the ends."""
        rows = np.array([[0.1, -0.7], [0.3, 0.2], [0.7, 0.9]])
        for distribution in ("uniform", "normal"):
            fitted = QuantileTransformer(n_quantiles=3, output_distribution=distribution).fit(rows)
            artifact = export(fitted, rows)
            ends = np.concatenate([rows, rows + 1e-7, rows - 1e-7]).astype("float32")
            for cells in (ends, np.nextafter(ends, np.float32(1)), np.nextafter(ends, np.float32(-1))):
                self.near(artifact.transform(cells, dtype="float32"), fitted.transform(cells), 8 * (distribution == "normal"))

    def test_one_quantile(self) -> None:
        for rows in (X[:1], X[[9]]):
            for distribution in ("uniform", "normal"):
                fitted = QuantileTransformer(n_quantiles=1, output_distribution=distribution).fit(rows)
                cells = np.nan_to_num(SERVING, nan=0.3)
                self.near(export(fitted, rows).transform(cells), fitted.transform(cells), 8 * (distribution == "normal"))

    def near(self, got: np.ndarray, want: np.ndarray, ulps: int) -> None:
        if ulps == 0:
            self.assertEqual(differing_bits(got, want), 0)
        self.assertEqual(got.dtype, want.dtype)
        np.testing.assert_array_equal(np.isnan(got), np.isnan(want))
        bound = ulps * np.finfo(want.dtype).eps * np.maximum(1, np.abs(want))
        self.assertTrue(((np.abs(got - want) <= bound) | np.isnan(want)).all())

    def test_tolerance_after_inexact_values(self) -> None:
        """The line from 0 at log 1 to 1 at log e^2 has slope 0.5; the largest |x| is 2."""
        rows = np.exp([[0.0], [2.0]])
        for distribution, want in (("uniform", 8), ("normal", 8 + 8 * 360000)):
            step = QuantileTransformer(n_quantiles=2, output_distribution=distribution)
            fitted = make_pipeline(FunctionTransformer(np.log), step).fit(rows)
            self.assertEqual(export(fitted, rows).payload["self_tests"][0]["tolerance"], [want])

    def test_equal_quantiles_behind_inexact_values_are_told(self) -> None:
        for rows, edge in ((np.array([[1.0], [2.0], [3.0]]), False), (np.array([[1.0], [2.0], [2.0]]), True)):
            fitted = make_pipeline(FunctionTransformer(np.log), QuantileTransformer(n_quantiles=3)).fit(rows)
            with warnings.catch_warnings(record=True) as told:
                warnings.simplefilter("always")
                prepguard.dumps(fitted, sample=rows)
            self.assertEqual(any("steps[1].step" in str(w.message) and "edge" in str(w.message) for w in told), edge)

    def test_refused(self) -> None:
        overflowed = QuantileTransformer(n_quantiles=5).fit(X)
        overflowed.quantiles_[0, 0] = -np.inf
        with self.refused("bad_parameter", "QuantileTransformer", "not finite", "rescale"):
            export(overflowed, X)
        other = QuantileTransformer(n_quantiles=5).fit(X)
        other.output_distribution = "cauchy"
        with self.refused("bad_parameter", "output_distribution='cauchy'", "uniform or normal"):
            export(other, X)

    def test_states_that_contradict_themselves(self) -> None:
        payload = export(QuantileTransformer(n_quantiles=3).fit(X), X).payload

        def array(*values: float, dtype: str = "float64", nan: Any = ()) -> dict[str, Any]:
            return {"dtype": dtype, "values": list(values), "none": [], "nan": list(nan)}

        for place, value, words in (
                ("['output_distribution']", "cauchy", ("uniform or normal",)),
                ("['references']", array(), ("references: expected at least 1 number",)),
                ("['references']", array(0.0, 0.7, 0.6), ("references.values[2]", "do not descend")),
                ("['references']", array(0.0, 0.0, 0.0, nan=(0, 1, 2)), ("references.nan",)),
                ("['references']", array(0.0, 1.0), ("quantiles[0]", "expected 2 numbers, got 3")),
                ("['quantiles']", [], ("quantiles: expected 5 arrays",)),
                ("['quantiles'][1]", array(0.0, 1.0), ("quantiles[1]", "expected 3 numbers, got 2")),
                ("['quantiles'][1]", array(0.0, 2.0, 1.0), ("quantiles[1].values[2]", "do not descend")),
                ("['quantiles'][1]", array(0.0, 0.0, 1.0, nan=(0,)), ("quantiles[1].nan", "all numbers, or none")),
                ("['quantiles'][1]", array(0, 1, 2, dtype="int64"), ("quantiles[1].dtype", "float32 or float64")),
                ("['ulps']", 8, ("expected 0, got 8",)), ("['contract']", "keras", ("contract",))):
            with self.subTest(place, value=value), self.refused("bad_state", "pipeline", *words):
                prepguard.loads(sealed_without_checks(set_at(payload, "['pipeline']" + place, value)))


if __name__ == "__main__":
    unittest.main()
