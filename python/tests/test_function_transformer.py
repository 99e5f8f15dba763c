# SPDX-License-Identifier: MIT
"""function_transformer: every function against scikit-learn, names, tolerances, and what is refused."""

from __future__ import annotations

import math
import unittest
import warnings
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, Normalizer, OneHotEncoder, StandardScaler

import prepguard
from prepguard.functions import cos_period, sin_period
from support import Case, differing_bits, export, sealed_without_checks, set_at

X = np.array([[0.5, 2.0], [1.5, 4.0], [0.25, np.nan]])
NAMED = pd.DataFrame(X, columns=["a", "b"])
FUNCTIONS = [np.abs, np.negative, np.square, np.sqrt, np.reciprocal, np.sign, np.floor, np.ceil, np.rint, np.log, np.log2,
             np.log10, np.log1p, np.exp, np.expm1, np.sin, np.cos, np.tanh]
EXACT = FUNCTIONS[:9]


def step_of(artifact: prepguard.Artifact) -> dict[str, Any]:
    return artifact.payload["pipeline"]


class Functions(Case):
    def test_every_function(self) -> None:
        for function in FUNCTIONS:
            for sample in (X, NAMED, X.astype("float32")):
                with self.subTest(function.__name__, kind=type(sample).__name__):
                    fitted = FunctionTransformer(function).fit(sample)
                    artifact = export(fitted, sample)
                    want = np.ascontiguousarray(fitted.transform(sample))
                    self.assertEqual(differing_bits(artifact.transform(sample), want), 0)
                    ulps = 0 if function in EXACT else 8
                    self.assertEqual(step_of(artifact)["ulps"], ulps)
                    self.assertEqual(artifact.payload["self_tests"][0]["tolerance"], [ulps] * 2)

    def test_periods_in_the_order_of_the_documented_example(self) -> None:
        hours = np.arange(0.0, 24.0, 0.25).reshape(-1, 1)
        for function, plain in ((sin_period, np.sin), (cos_period, np.cos)):
            for rows in (hours, hours.astype("float32"), pd.DataFrame({"hour": hours[:, 0]})):
                fitted = FunctionTransformer(function, kw_args={"period": 24}).fit(rows)
                want = np.ascontiguousarray(plain(rows / 24 * 2 * np.pi))
                self.assertEqual(differing_bits(export(fitted, rows).transform(rows), want), 0)

    def test_clip(self) -> None:
        zeros = np.array([[-0.0, 0.0], [-3.0, 3.0], [np.nan, 0.5]])
        for low, high in ((0.0, 1.0), (-1, 0), (None, 0.0), (0.0, None), (-0.0, 2.0), (0.25, 0.5), (None, None)):
            for sample in (zeros, pd.DataFrame(zeros, columns=["a", "b"]), zeros.astype("float32")):
                if low is None and high is None and isinstance(sample, np.ndarray):
                    continue  # NumPy 1 refuses it
                with self.subTest(low=low, high=high, kind=type(sample).__name__):
                    fitted = FunctionTransformer(np.clip, kw_args={"a_min": low, "a_max": high}).fit(sample)
                    want = np.ascontiguousarray(fitted.transform(sample))
                    self.assertEqual(differing_bits(export(fitted, sample).transform(sample), want), 0)

    def test_without_a_function_columns_pass(self) -> None:
        mixed = pd.DataFrame({"t": pd.Series(["u", "v"], dtype=object), "a": [1.0, 2.0]})
        step = ColumnTransformer([("t", OneHotEncoder(), ["t"]), ("a", FunctionTransformer(), ["a"])]).fit(mixed)
        self.assertEqual(export(step, mixed).transform(mixed).tolist(), [[1.0, 0.0, 1.0], [0.0, 1.0, 2.0]])
        self.assertEqual(step_of(export(FunctionTransformer().fit(X), X))["type"], "passthrough")
        node = step_of(export(FunctionTransformer(inverse_func=np.negative, check_inverse=False).fit(X), X))
        self.assertEqual((node["function"], node["inverse_function"]), ("identity", "negative"))

    def test_names(self) -> None:
        def logged(step: Any, names: Any) -> Any:
            return [f"log_{name}" for name in names]

        self.assertEqual(export(FunctionTransformer(np.log).fit(NAMED), NAMED).feature_names_out, ["a", "b"])
        for how, want in (("one-to-one", ["a", "b"]), (logged, ["log_a", "log_b"])):
            fitted = FunctionTransformer(np.log, feature_names_out=how).fit(NAMED)
            self.assertEqual(export(fitted, NAMED).feature_names_out, want)
        inside = ColumnTransformer([("l", FunctionTransformer(np.log, feature_names_out=logged), ["b"])]).fit(NAMED)
        self.assertEqual(export(inside, NAMED).feature_names_out, ["l__log_b"])
        with self.refused("bad_parameter", "feature_names_out gives 1 names for 2 columns"):
            export(FunctionTransformer(np.log, feature_names_out=lambda step, names: ["one"]).fit(NAMED), NAMED)

    def test_tolerance_through_later_steps(self) -> None:
        """An error of k eps max(1, |x|) in x is at most k max(1 / scale, 1 + |mean| / scale) in (x - mean) / scale."""
        scaled = make_pipeline(FunctionTransformer(np.log), StandardScaler()).fit(X)
        mean, scale = scaled[-1].mean_, scaled[-1].scale_
        want = [math.ceil(8 * max(1 / s, 1 + abs(m / s))) for m, s in zip(mean, scale)]
        self.assertEqual(export(scaled, X).payload["self_tests"][0]["tolerance"], want)
        exact = make_pipeline(FunctionTransformer(np.square), StandardScaler(), MinMaxScaler()).fit(X)
        self.assertEqual(export(exact, X).payload["self_tests"][0]["tolerance"], [0, 0])
        weighted = ColumnTransformer([("l", FunctionTransformer(np.log), [0]), ("p", "passthrough", [1])],
                                     transformer_weights={"l": 3.0}).fit(X)
        self.assertEqual(export(weighted, X).payload["self_tests"][0]["tolerance"], [24, 0])
        codes = np.array([[1.0, 2.0], [2.5, -1.0], [30.0, 0.125]])
        mixed = make_pipeline(ColumnTransformer([("l", FunctionTransformer(np.log), [0]), ("p", "passthrough", [1])]),
                              Normalizer()).fit(codes)
        self.assertEqual(export(mixed, codes).payload["self_tests"][0]["tolerance"], [16, 8])

    def test_a_step_with_edges_behind_inexact_values_is_told(self) -> None:
        codes = np.array([[1.0], [2.0], [3.0]])
        for step in (OneHotEncoder(handle_unknown="ignore"), FunctionTransformer(np.floor)):
            fitted = make_pipeline(FunctionTransformer(np.log), step).fit(codes)
            with warnings.catch_warnings(record=True) as told:
                warnings.simplefilter("always")
                payload = prepguard.loads(prepguard.dumps(fitted, sample=codes)).payload
            self.assertTrue(any("steps[1].step" in str(w.message) and "edge" in str(w.message) for w in told), told)
            self.assertEqual(set(payload["self_tests"][0]["tolerance"]), {0})

    def test_refused(self) -> None:
        def own(x: Any) -> Any:
            return x

        whole = np.array([[1, 2], [3, 4]])
        for fitted, sample, words in (
                (FunctionTransformer(own), X, ("func=own", "numpy.{abs", "sin_period")),
                (FunctionTransformer(lambda x: x), X, ("func=<lambda>",)),
                (FunctionTransformer(np.cbrt), X, ("func=cbrt",)),
                (FunctionTransformer(np.log, own, check_inverse=False), X, ("inverse_func=own",)),
                (FunctionTransformer(np.log, kw_args={"where": True}), X, ("kw_args={'where': True}",)),
                (FunctionTransformer(sin_period, kw_args={"period": 0}), X, ("kw_args", "period")),
                (FunctionTransformer(np.clip, kw_args={"a_min": 2, "a_max": 1}), X, ("a_min <= a_max",)),
                (FunctionTransformer(np.clip, kw_args={"a_min": [0, 1], "a_max": 2}), X, ("a_min",)),
                (FunctionTransformer(np.square), whole, ("computes on int64", "float")),
                (FunctionTransformer(np.log), whole.astype("uint8"), ("in float16", "float")),
        ):
            with self.subTest(words), self.refused("bad_parameter", *words):
                export(fitted, sample)
        with self.refused("self_test_failed", "function_transformer", "log(-1.0) is NaN", "'x0'"):
            export(FunctionTransformer(np.log), np.array([[2.0], [-1.0]]))

    def test_states_that_contradict_themselves(self) -> None:
        payload = export(FunctionTransformer(np.log1p, np.expm1).fit(X), X).payload
        for key, value, words in (("function", "cbrt", ("one of identity",)), ("function", "", ("one of",)),
                                  ("inverse_function", "x", ("or nothing",)), ("arguments", [1.0], ("expected none",)),
                                  ("inverse_arguments", [1.0], ("expected none",)), ("function", "clip", ("low <= high",)),
                                  ("ulps", 0, ("expected 8, got 0",)), ("ulps", 9, ("expected 8, got 9",))):
            with self.subTest(key, value=value), self.refused("bad_state", "pipeline.", *words):
                prepguard.loads(sealed_without_checks(set_at(payload, f"['pipeline']['{key}']", value)))


if __name__ == "__main__":
    unittest.main()
