# SPDX-License-Identifier: MIT
"""polynomial_features: every option against scikit-learn, and what is refused."""

from __future__ import annotations

import itertools
import unittest
from typing import Any

import numpy as np
import pandas as pd
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, PolynomialFeatures

import prepguard
from support import Case, differing_bits, export, sealed_without_checks, set_at

X = np.array([[1.5, -2.0, 0.25], [3.0, 1.0, 7.0]])


class Polynomials(Case):
    values = 0

    def test_every_option(self) -> None:
        r = np.random.RandomState(0)
        degrees: list[Any] = [0, 1, 2, 3, 5, (0, 2), (1, 1), (2, 3), (3, 3), np.int64(2), [1, 2]]
        for width, degree, distinct, bias in itertools.product((1, 3, 5), degrees, (False, True), (True, False)):
            if not bias and np.max(degree) == 0 or distinct and not bias and np.min(degree) > width:
                continue
            options = {"degree": degree, "interaction_only": distinct, "include_bias": bias,
                       "order": "CF"[r.randint(2)]}
            with self.subTest(width=width, **options):
                sample = r.normal(0, 3, (60, width)) * 10.0 ** r.randint(-3, 4, (60, width))
                fitted = PolynomialFeatures(**options).fit(sample)
                artifact = export(fitted, sample)
                self.assertEqual(artifact.feature_names_out, fitted.get_feature_names_out().tolist())
                for dtype in ("float64", "float32"):
                    rows = sample.astype(dtype)
                    got = artifact.transform(rows, dtype=dtype)
                    self.assertEqual(differing_bits(got, np.ascontiguousarray(fitted.transform(rows))), 0)
                    Polynomials.values += got.size

    def test_after_a_sparse_encoder(self) -> None:
        frame = pd.DataFrame({"a": list("xyxz"), "b": list("uvvu")})
        for degree in (2, 3, 4):
            fitted = make_pipeline(OneHotEncoder(), PolynomialFeatures(degree)).fit(frame)
            want = fitted.transform(frame).toarray()
            self.assertEqual(differing_bits(export(fitted, frame).transform(frame), want), 0)

    def test_refused_objects(self) -> None:
        wide = np.ones((2, 80))
        cases = {
            "too many": (PolynomialFeatures(5).fit(wide), wide, ("4194304", "lower degree")),
            "too many of lower degree": (PolynomialFeatures((5, 5), include_bias=False).fit(wide), wide, ("4194304",)),
            "no outputs": (PolynomialFeatures((2, 2), interaction_only=True, include_bias=False).fit(X[:, :1]), X[:, :1],
                           ("1 to 4194304", "none")),
            "text": (PolynomialFeatures().fit(X), pd.DataFrame({"x0": ["a"], "x1": ["b"], "x2": ["c"]}), ("is text",)),
        }
        for name, (fitted, sample, words) in cases.items():
            with self.subTest(name), self.refused("bad_parameter", *words):
                prepguard.dumps(fitted, sample=sample)
        fitted = PolynomialFeatures().fit(X)
        fitted.degree = "two"
        with self.refused("bad_parameter", "degree='two'", "(lowest, highest)"):
            prepguard.dumps(fitted, sample=X)

    def test_refused_rows(self) -> None:
        with self.refused("non_finite", "row 1", "'x2'", "NaN"):
            export(PolynomialFeatures().fit(X), X).transform([[1.0, 2.0, 3.0], [1.0, 2.0, None]])

    def test_refused_states(self) -> None:
        payload = export(PolynomialFeatures((1, 2)).fit(X), X).payload
        for key, value, words in (("min_degree", -1, "0 or more"), ("max_degree", 0, "1 or more"),
                                  ("max_degree", 2**62, "4194304"), ("max_degree", 1000, "4194304"),
                                  ("inputs", 2, "inputs"), ("max_degree", 3, "features")):
            with self.subTest(key=key, value=value), self.refused("bad_state", words):
                prepguard.loads(sealed_without_checks(set_at(payload, f"['pipeline']['{key}']", value)))
        for key, value in (("min_degree", 1.0), ("interaction_only", 1)):
            with self.subTest(key=key, value=value), self.refused("bad_format", key):
                prepguard.loads(sealed_without_checks(set_at(payload, f"['pipeline']['{key}']", value)))


def tearDownModule() -> None:
    print(f"\npolynomial_features: {Polynomials.values} values of the twin against scikit-learn")


if __name__ == "__main__":
    unittest.main()
