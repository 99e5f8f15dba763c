# SPDX-License-Identifier: MIT
"""power_transformer: both methods within the bound, how training computed is found, tolerances, and what is refused."""

from __future__ import annotations

import math
import unittest
import warnings
from typing import Any

import numpy as np
import pandas as pd
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, PowerTransformer

import prepguard
from support import Case, export, sealed_without_checks, set_at

warnings.simplefilter("ignore")

R = np.random.RandomState(0)
X = np.column_stack([R.normal(size=200), R.gamma(2, 3, 200), -R.gamma(1, 2, 200), R.uniform(50, 60, 200)])
X[::7, 1] = np.nan
MORE = 3 * X[::-1]


def node_of(artifact: prepguard.Artifact) -> dict[str, Any]:
    return artifact.payload["pipeline"]


class Powers(Case):
    def near(self, artifact: prepguard.Artifact, fitted: Any, rows: Any, dtype: str) -> None:
        got, want = artifact.transform(rows, dtype=dtype), np.asarray(fitted.transform(rows)).astype(dtype)
        np.testing.assert_array_equal(np.isnan(got), np.isnan(want))
        bound = np.array(artifact.payload["self_tests"][0]["tolerance"]) * np.finfo(dtype).eps * np.maximum(1, np.abs(want))
        self.assertTrue(((np.abs(got - want) <= bound) | np.isnan(want)).all())

    def test_both_methods(self) -> None:
        for method in ("yeo-johnson", "box-cox"):
            cells, more = (X, MORE) if method == "yeo-johnson" else (np.abs(X) + 0.01, np.abs(MORE) + 0.01)
            for standardize in (True, False):
                for dtype in ("float32", "float64"):
                    for container in (np.asarray, pd.DataFrame):
                        with self.subTest(method, standardize=standardize, dtype=dtype, container=container.__name__):
                            sample, rows = container(cells.astype(dtype)), container(more.astype(dtype))
                            fitted = PowerTransformer(method=method, standardize=standardize).fit(sample)
                            self.near(export(fitted, sample), fitted, rows, dtype)

    def test_lambdas_where_logarithms_take_the_place_of_powers(self) -> None:
        """Where powers of a lambda close to that do not, their last bit decides everything."""
        bare = PowerTransformer(standardize=False).fit(X)
        by_power = not bare.transform(np.full((1, 4), 2.0**-54)).any()
        for lambdas in ([0.0, 2.0, 2.0, 0.0], [0.0] * 4, [2.0] * 4, [1, 0, 2, -1], [-(2.0**-53), 2.0, 0.0, 2.0],
                        [2.0**-52, 2 - 2.0**-52, 2 + 2.0**-51, -(2.0**-53)]):
            fitted = PowerTransformer().fit(X)
            fitted.lambdas_ = np.array(lambdas)
            with self.subTest(lambdas):
                if by_power and lambdas[0] == 2.0**-52:
                    with self.refused("bad_parameter", "'x0'", "last bit"):
                        export(fitted, X)
                else:
                    self.near(export(fitted, X), fitted, MORE, "float64")

    def test_how_training_computed(self) -> None:
        """Older scikit-learn adds a tiny number to 1, in which it vanishes."""
        fitted = PowerTransformer(standardize=False).fit(X)
        tiny = np.full((1, 4), 2.0**-54)
        vanishes = not fitted.transform(tiny).any()
        artifact = export(fitted, X)
        self.assertEqual(node_of(artifact)["formula"] == "power", vanishes)
        np.testing.assert_allclose(artifact.transform(tiny), fitted.transform(tiny), rtol=1e-15)

    def test_tolerance(self) -> None:
        """8 ulp and 3 for each bit of the power, the largest being that of mean + 8 scale, or 64 bits; 8 (1 + 1 / lambda) where
        1 was subtracted from it. What comes in grows by 1 + lambda at most. Then (y - mean) / scale."""
        fitted = make_pipeline(FunctionTransformer(np.exp), PowerTransformer(method="box-cox")).fit(X[:, :1])
        power = fitted[-1]
        (lambda_,), (mean,), (scale,) = power.lambdas_, power._scaler.mean_, power._scaler.scale_
        bits = math.floor(math.log2(1 + abs(lambda_) * (abs(mean) + 8 * scale))) + 1
        own = 8 + 3 * bits + math.ceil(8 * (1 + abs(lambda_)))
        want = math.ceil(own * max(1 / scale, 1 + abs(mean / scale)))
        self.assertEqual(export(fitted, X[:, :1]).payload["self_tests"][0]["tolerance"], [want])
        bare = PowerTransformer(standardize=False).fit(X)
        artifact = export(bare, X)
        by_power = node_of(artifact)["formula"] == "power"
        want = [math.ceil(8 * (1 + max(1 / abs(x), 1 / abs(2 - x)))) if by_power else 200 for x in bare.lambdas_.tolist()]
        self.assertEqual(artifact.payload["self_tests"][0]["tolerance"], want)

    def test_box_cox_takes_numbers_above_zero(self) -> None:
        rows = np.abs(X) + 0.01
        artifact = export(PowerTransformer(method="box-cox").fit(rows), rows)
        rows[3, 2] = 0.0
        with self.refused("non_finite", "row 3", "'x2'", "Box-Cox power of 0.0", "above 0"):
            artifact.transform(rows)

    def test_refused(self) -> None:
        for attribute, value, words in (("lambdas_", np.array([1.0, np.inf, 1.0, 1.0]), ("lambdas_", "'x1'", "inf")),
                                        ("lambdas_", np.array(["1"] * 4), ("lambdas_ is str",)),
                                        ("method", "log", ("method='log'", "yeo-johnson or box-cox"))):
            fitted = PowerTransformer().fit(X)
            setattr(fitted, attribute, value)
            with self.subTest(attribute), self.refused("bad_parameter", "PowerTransformer", *words):
                export(fitted, X)

    def test_states_that_contradict_themselves(self) -> None:
        payload = export(PowerTransformer().fit(X), X).payload

        def array(*values: float, nan: Any = ()) -> dict[str, Any]:
            return {"dtype": "float64", "values": list(values), "none": [], "nan": list(nan)}

        for key, value, words in (
                ("method", "log", ("method: expected yeo-johnson or box-cox",)),
                ("formula", "log", ("formula: expected expm1 or expm1_rounded or power",)),
                ("lambdas", array(1.0), ("lambdas: expected 4 values, got 1",)),
                ("standardize", False, ("mean: expected 0 values, got 4",)),
                ("scale", array(1.0, 0.0, 1.0, 1.0), ("scale.values[1]: expected a number > 0",)),
                ("mean", array(0.0, 1.0, 1.0, 1.0, nan=(0,)), ("mean and scale are undefined for different columns",)),
                ("ulps", 32, ("expected 8, got 32",)), ("contract", "keras", ("contract",))):
            with self.subTest(key, value=value), self.refused("bad_state", "pipeline", *words):
                prepguard.loads(sealed_without_checks(set_at(payload, f"['pipeline']['{key}']", value)))


if __name__ == "__main__":
    unittest.main()
