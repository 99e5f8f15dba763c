# SPDX-License-Identifier: MIT
"""spline_transformer: every option against scikit-learn, both contracts, tolerances, and what is refused."""

from __future__ import annotations

import inspect
import itertools
import unittest
import warnings
from typing import Any

import numpy as np
import pandas as pd
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, SplineTransformer

import prepguard
from support import Case, differing_bits, export, sealed_without_checks, set_at

warnings.simplefilter("ignore")

R = np.random.RandomState(0)
X = np.column_stack([R.normal(size=80), R.gamma(2, 3, 80) * 1e3, np.round(R.normal(size=80))])
FAR = np.concatenate([X, 3 * X - 1, X - 40])
HAS = inspect.signature(SplineTransformer).parameters


class Splines(Case):
    def test_every_option(self) -> None:
        values = 0
        for degree, extrapolation, knots in itertools.product(range(5), ("constant", "continue", "error", "linear", "periodic"),
                                                              ("uniform", "quantile", X[[5, 20], :])):
            if extrapolation == "constant" and degree == 0 or extrapolation == "periodic" and not isinstance(knots, str):
                continue
            width = 1 if extrapolation == "linear" and degree <= 1 else 2
            given = knots if isinstance(knots, str) else np.sort(knots[:, :width], axis=0)
            options = {"n_knots": 6, "degree": degree, "extrapolation": extrapolation, "knots": given,
                       "include_bias": degree not in (1, 2), "order": "CF"[degree % 2]}
            for container, dtype in itertools.product((np.asarray, pd.DataFrame), ("float64", "float32")):
                with self.subTest(**options, dtype=dtype, container=container.__name__):
                    sample = container(X[:, :width].astype(dtype))
                    fitted = SplineTransformer(**options).fit(sample)
                    rows = FAR[:, :width].astype(dtype)
                    if extrapolation == "error":
                        wide = rows.astype(float)
                        ends = [spline.t[[degree, -degree - 1]] for spline in fitted.bsplines_]
                        rows = rows[np.all([(low <= wide[:, j]) & (wide[:, j] <= high)
                                            for j, (low, high) in enumerate(ends)], axis=0)]
                        if not isinstance(knots, str):
                            sample = container(rows)
                    artifact = export(fitted, sample)
                    got = artifact.transform(container(rows), dtype=dtype)
                    self.assertEqual(artifact.feature_names_out, fitted.get_feature_names_out().tolist())
                    self.assertEqual(differing_bits(got, np.ascontiguousarray(fitted.transform(container(rows)))), 0)
                    values += got.size
        print(f"\nsplines: {values} values, 0 bits differ")

    def test_an_end_that_is_no_float32(self) -> None:
        """NumPy 1 takes 0.7f for the end 0.7, scipy for less, and makes NaN of it; NumPy 2 takes it for less."""
        rows = np.array([[0.7], [0.8], [0.9]])
        for extrapolation in ("constant", "linear", "periodic"):
            fitted = SplineTransformer(degree=2, knots=rows, extrapolation=extrapolation).fit(rows) \
                if extrapolation != "periodic" else SplineTransformer(4, 2, extrapolation="periodic").fit(rows)
            ends = np.array([[0.7], [0.9], [0.5], [1.7]], dtype="float32")
            got, want = export(fitted, rows).transform(ends, dtype="float32"), fitted.transform(ends)
            self.assertEqual(differing_bits(got, want), 0)

    def test_slopes_that_are_no_float32(self) -> None:
        """NumPy 1 goes on in float64 where a number is beyond the largest float32."""
        rows = np.arange(6.0)[:, None] * 1e-41
        fitted = SplineTransformer(3, 2, extrapolation="linear").fit(rows)
        far = np.array([[-1e-41], [7e-41], [2e-41]], dtype="float32")
        artifact = export(fitted, rows)
        self.assertEqual(differing_bits(artifact.transform(far, dtype="float32"), fitted.transform(far)), 0)

    def test_refused_objects(self) -> None:
        def fitted(**options: Any) -> Any:
            return SplineTransformer(**options).fit(X)

        cases = {"constant steps": (fitted(degree=0),
                                    ("extrapolation='constant' with degree=0", "above the last knot", "'error'")),
                 "lines": (fitted(degree=1, extrapolation="linear"),
                           ("extrapolation='linear' with degree=1", "order of the columns")),
                 "nothing": (fitted(n_knots=2, degree=0, extrapolation="error", include_bias=False), ("puts out nothing",)),
                 "degree": (fitted(degree=65), ("degree=65", "0 to 64"))}
        flat = SplineTransformer(degree=2, extrapolation="linear").fit(np.ones((9, 3)))
        cases["no slope"] = (flat, ("extrapolation='linear'", "'x0'", "equal", "undefined"))
        cases["no period"] = (SplineTransformer(degree=2, extrapolation="periodic").fit(np.ones((9, 3))),
                              ("extrapolation='periodic'", "'x0'", "constant"))
        other = fitted()
        other.extrapolation = "zeros"
        cases["unknown"] = (other, ("extrapolation='zeros'", "one of constant, continue"))
        moved = fitted(extrapolation="continue")
        moved.bsplines_[1].c = moved.bsplines_[1].c * 2
        cases["other coefficients"] = (moved, ("extrapolation='continue' with degree=3", "other bits"))
        huge = fitted()
        huge.bsplines_[0].t = huge.bsplines_[0].t * np.inf
        cases["knots"] = (huge, ("'x0'", "finite knots"))
        if "sparse_output" in HAS:
            cases["sparse"] = (fitted(sparse_output=True), ("sparse_output=True", "sparse_output=False"))
        if "handle_missing" in HAS:
            cases["missing"] = (fitted(handle_missing="zeros"), ("handle_missing='zeros'", "imputer"))
        for name, (step, words) in cases.items():
            with self.subTest(name), self.refused("bad_parameter", "SplineTransformer", *words):
                export(step, X)

    def test_refused_rows(self) -> None:
        inside = export(SplineTransformer(extrapolation="error").fit(X), X)
        with self.refused("unknown_category", "row 1", "'x0'", "99.5", "outside of the knots"):
            inside.transform(np.concatenate([X[:1], [[99.5, X[0, 1], X[0, 2]]]]))
        with self.refused("non_finite", "NaN", "row 0", "'x1'"):
            inside.transform(np.array([[X[0, 0], np.nan, X[0, 2]]]))
        beyond = export(SplineTransformer(extrapolation="continue").fit(X), X)
        with self.refused("non_finite", "row 0", "'x2'", "overflow"):
            beyond.transform(np.array([[X[0, 0], X[0, 1], 1e200]]))

    def test_tolerance_after_inexact_values(self) -> None:
        """Knots 0, 1, 2 for degree 1: the slope is 1, the largest |x| is 2, and 2 for straight lines."""
        rows = np.exp([[0.0], [2.0]])
        fitted = make_pipeline(FunctionTransformer(np.log), SplineTransformer(3, 1)).fit(rows)
        self.assertEqual(export(fitted, rows).payload["self_tests"][0]["tolerance"], [8 * 4] * 3)

    def test_jumps_behind_inexact_values_are_told(self) -> None:
        rows = np.array([[1.0], [2.0], [3.0], [3.5]])
        for options, edge in (({"degree": 1}, False), ({"degree": 0, "extrapolation": "continue"}, True)):
            fitted = make_pipeline(FunctionTransformer(np.log), SplineTransformer(3, **options)).fit(rows)
            with warnings.catch_warnings(record=True) as told:
                warnings.simplefilter("always")
                prepguard.dumps(fitted, sample=rows)
            self.assertEqual(any("steps[1].step" in str(w.message) and "edge" in str(w.message) for w in told), edge)

    def test_states_that_contradict_themselves(self) -> None:
        payload = export(SplineTransformer(3, 1).fit(X), X).payload

        def array(*values: float, dtype: str = "float64", nan: Any = ()) -> dict[str, Any]:
            return {"dtype": dtype, "values": list(values), "none": [], "nan": list(nan)}

        for place, value, words in (
                ("['extrapolation']", "zeros", ("one of constant",)), ("['degree']", -1, ("0 to 64",)),
                ("['degree']", 65, ("0 to 64",)), ("['degree']", 0, ("1 or more",)),
                ("['knots']", [], ("knots: expected 3 arrays",)),
                ("['knots'][1]", array(0.0, 1.0, 2.0), ("knots[1].values", "at least 4 knots")),
                ("['knots'][1]", array(0.0, 1.0, 2.0, 1.0, 3.0), ("knots[1].values", "do not descend")),
                ("['knots'][1]", array(0.0, 1.0, 2.0, 0.0, nan=(3,)), ("knots[1].nan",)),
                ("['knots'][1]", array(0, 1, 2, 3, dtype="int64"), ("knots[1].dtype", "float32 or float64")),
                ("['contract']", "keras", ("contract",))):
            with self.subTest(place, value=value), self.refused("bad_state", "pipeline", *words):
                prepguard.loads(sealed_without_checks(set_at(payload, "['pipeline']" + place, value)))


if __name__ == "__main__":
    unittest.main()
