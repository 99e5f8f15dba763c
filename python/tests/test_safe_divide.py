# SPDX-License-Identifier: MIT
"""safe_divide: transformers and layers of that name, and what is refused."""

from __future__ import annotations

import unittest

import numpy as np
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import prepguard
from own_steps import SafeDivide
from prepguard.steps import STEPS, Block
from support import Case, differing_bits, export, sealed_without_checks, set_at

X = np.array([[1.5, -2.0], [3.0, np.nan], [-0.0, 1e-300]])


class Divisions(Case):
    def test_values(self) -> None:
        for epsilon in (1e-7, 0.1, 3, np.float32(0.1)):
            for dtype in ("float64", "float32"):
                with self.subTest(epsilon=epsilon, dtype=dtype):
                    rows = X.astype(dtype)
                    artifact = export(SafeDivide(epsilon).fit(rows), rows)
                    self.assertEqual(artifact.dtype, dtype)
                    self.assertEqual(artifact.payload["pipeline"]["contract"], "native")
                    want = rows / (np.abs(rows) + np.dtype(dtype).type(epsilon))
                    self.assertEqual(differing_bits(artifact.transform(rows, dtype=dtype), want), 0)

    def test_in_a_pipeline(self) -> None:
        fitted = make_pipeline(StandardScaler(), SafeDivide()).fit(X)
        self.assertEqual(differing_bits(export(fitted, X).transform(X), fitted.transform(X)), 0)

    def test_a_layer(self) -> None:
        """A Keras layer has `call`; how layers are run and chained is the business of their container."""
        layer = type("SafeDivide", (), {"epsilon": 1e-7, "call": lambda self, x: x})()
        read = STEPS["safe_divide"].read(layer, Block("f", ["a"], ["number"], [frozenset()], [0]))
        self.assertEqual(read.fields, {"contract": "keras", "epsilon": 1e-7})

    def test_refused(self) -> None:
        for epsilon in (0.0, -1.0, np.nan, np.inf, "small", None):
            with self.subTest(epsilon=epsilon), self.refused("bad_parameter", "own_steps.SafeDivide", f"epsilon={epsilon!r}"):
                prepguard.dumps(SafeDivide(epsilon).fit(X), sample=X)
        with self.refused("bad_parameter", "expected a transform method"):
            prepguard.dumps(type("SafeDivide", (), {"epsilon": 1.0})(), sample=X)
        other = type("SafeDivide", (SafeDivide,), {"transform": lambda self, rows: np.asarray(rows) / (1e-7 + 1)})
        with self.refused("self_test_failed", "values differ"):
            prepguard.dumps(other().fit(X), sample=X)
        with self.refused("bad_shape", "no epsilon"):
            prepguard.dumps(type("SafeDivide", (), {})(), sample=X)

    def test_epsilon_of_a_type(self) -> None:
        with self.assertWarnsRegex(UserWarning, "no float32 self-test.*1e-60"):
            prepguard.dumps(SafeDivide(1e-60).fit(X), sample=X)
        with self.assertWarnsRegex(UserWarning, "no float32 self-test.*beyond float32"):
            prepguard.dumps(SafeDivide().fit(X * 1e300), sample=X * 1e300)
        payload = export(SafeDivide(0.5).fit(X), X).payload
        for value, code in ((0.0, "bad_state"), (-0.5, "bad_state"), (1, "bad_format")):
            with self.subTest(value=value), self.refused(code, "pipeline.epsilon"):
                prepguard.loads(sealed_without_checks(set_at(payload, "['pipeline']['epsilon']", value)))


if __name__ == "__main__":
    unittest.main()
