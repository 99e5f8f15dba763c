# SPDX-License-Identifier: MIT
"""What a model's outputs mean: against scikit-learn's TransformedTargetRegressor, LabelEncoder and LabelBinarizer."""

from __future__ import annotations

import unittest
from typing import Any

import numpy as np
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (FunctionTransformer, KBinsDiscretizer, LabelBinarizer, LabelEncoder, MaxAbsScaler,
                                   MinMaxScaler, OrdinalEncoder, PolynomialFeatures, QuantileTransformer, RobustScaler,
                                   StandardScaler)

import prepguard
from support import Case, differing_bits, export, sealed_without_checks, set_at

R = np.random.RandomState(3)
X = R.normal(size=(60, 3))
Y = np.exp(R.normal(5.0, 0.7, size=(60, 2))) + 0.1
OUTPUTS = np.concatenate([[[0.0, -0.0], [1.0, -1.0]], R.normal(size=(4000, 2))])


def artifact_for(target: Any) -> prepguard.Artifact:
    return export(StandardScaler().fit(X), X, target=target)


class Scaled(Case):
    def test_the_regressor_predicts_it(self) -> None:
        """TransformedTargetRegressor.predict and the model's own output through inverse_target: the same bits."""
        for scaler in (StandardScaler(), MinMaxScaler(), RobustScaler(), make_pipeline(StandardScaler(), MaxAbsScaler())):
            for y in (Y, Y[:, 0]):
                with self.subTest(scaler=scaler, ndim=y.ndim):
                    fitted = TransformedTargetRegressor(LinearRegression(), transformer=scaler).fit(X, y)
                    artifact = artifact_for(fitted)
                    raw = fitted.regressor_.predict(X)
                    self.assertEqual(differing_bits(artifact.inverse_target(raw), fitted.predict(X)), 0)

    def test_scalers_undo(self) -> None:
        for scaler in (StandardScaler(), StandardScaler(with_mean=False), StandardScaler(with_std=False), MinMaxScaler((-1, 3)),
                       MaxAbsScaler(), RobustScaler(), RobustScaler(with_centering=False),
                       make_pipeline(MinMaxScaler(), StandardScaler())):
            for dtype in ("float64", "float32"):
                with self.subTest(scaler=scaler, dtype=dtype):
                    fitted, outputs = scaler.fit(Y), OUTPUTS.astype(dtype)
                    got = artifact_for(fitted).inverse_target(outputs)
                    want = fitted.inverse_transform(outputs.copy())
                    self.assertEqual(differing_bits(got, want), 0)

    def test_functions(self) -> None:
        fitted = TransformedTargetRegressor(LinearRegression(), func=np.log1p, inverse_func=np.expm1).fit(X, Y[:, 0])
        artifact, raw = artifact_for(fitted), fitted.regressor_.predict(X)
        np.testing.assert_allclose(artifact.inverse_target(raw), fitted.predict(X), rtol=8 * np.finfo(float).eps)
        with self.refused("bad_parameter", "func and inverse_func do not undo each other"):
            artifact_for(TransformedTargetRegressor(LinearRegression(), func=np.log1p, inverse_func=np.exp,
                                                    check_inverse=False).fit(X, Y[:, 0]))

    def test_nothing_to_undo(self) -> None:
        plain = TransformedTargetRegressor(LinearRegression()).fit(X, Y)
        self.assertEqual(differing_bits(plain.regressor_.predict(X), plain.predict(X)), 0)
        for target in (None, plain):
            self.assertEqual(artifact_for(target).payload["target"], [])
        with self.refused("bad_parameter", "knows nothing of the target", "target="):
            artifact_for(None).inverse_target(OUTPUTS)
        with self.refused("bad_parameter", "knows nothing of the target"):
            artifact_for(None).decode([1])

    def test_refused(self) -> None:
        artifact = artifact_for(StandardScaler().fit(Y))
        for outputs in (OUTPUTS[:, :1], OUTPUTS[:, 0], np.zeros((2, 3)), 1.5):
            with self.subTest(shape=np.shape(outputs)), self.refused("bad_shape", "expected 2 columns (y0, y1)"):
                artifact.inverse_target(outputs)
        with self.refused("bad_parameter", "no classes"):
            artifact.decode(OUTPUTS)
        with self.refused("non_finite", "target"):
            artifact.inverse_target([[1e308 * 10, 1.0]])
        for target, words in ((TransformedTargetRegressor(LinearRegression()), "not fitted"), (LabelEncoder(), "not fitted"),
                              (StandardScaler(), "fit")):
            with self.subTest(target=target), self.refused("bad_shape", words):
                artifact_for(target)
        for target, words in ((PolynomialFeatures().fit(Y), "supported"), (object(), "not supported"),
                              (ColumnTransformer([("all", StandardScaler(), [0, 1])]).fit(Y), "not supported"),
                              (OrdinalEncoder().fit(Y), "no inverse"), (FunctionTransformer(np.log1p).fit(Y), "no inverse"),
                              (KBinsDiscretizer(encode="ordinal").fit(Y), "no inverse"),
                              (QuantileTransformer(n_quantiles=9).fit(Y), "quantile_transformer has no inverse")):
            with self.subTest(target=target), self.refused("bad_parameter", words):
                artifact_for(target)

    def test_a_file_that_was_changed(self) -> None:
        payload = artifact_for(StandardScaler().fit(Y)).payload
        for path, value, code, words in (
                ("['target'][0]['self_tests'][1]['expected']['values'][2]", 1.5, "self_test_failed", "target[0].self_tests[1]"),
                ("['target'][0]['step']['scale']['values'][0]", 2.5, "self_test_failed", "target[0].self_tests[0]"),
                ("['target'][0]['names'][1]", "y0", "bad_state", "target[0].names"),
                ("['target'][0]['threshold']", 0.5, "bad_state", "target[0].threshold"),
                ("['target'][0]['step']['inputs']", 1, "bad_state", "target[0].step"),
                ("['target']", payload["target"] * 2, "bad_state", "one or none")):
            with self.subTest(path=path), self.refused(code, words):
                prepguard.loads(sealed_without_checks(set_at(payload, path, value))).verify()


class Classes(Case):
    def test_label_encoder(self) -> None:
        for words in (["cat", "dog", "emu", "dog"], [3, 1, 2, 1], [0.5, 1.5], [True, False]):
            with self.subTest(words=words):
                fitted = LabelEncoder().fit(words)
                codes = fitted.transform(words)
                got = artifact_for(fitted).decode(codes)
                self.assertEqual(got.tolist(), fitted.inverse_transform(codes).tolist())
                self.assertEqual(artifact_for(fitted).classes.tolist(), fitted.classes_.tolist())

    def test_label_binarizer(self) -> None:
        scores = R.uniform(-1, 1, (2000, 3))
        scores[::7, 1] = scores[::7, 0]  # ties: the first one wins
        many = LabelBinarizer().fit(["x", "y", "z"])
        self.assertEqual(artifact_for(many).decode(scores).tolist(), many.inverse_transform(scores).tolist())
        for low, high in ((0, 1), (-1, 1), (-3, 2)):
            two = LabelBinarizer(neg_label=low, pos_label=high).fit(["n", "p"])
            column = np.concatenate([R.uniform(low, high, 500), [(low + high) / 2]])
            self.assertEqual(artifact_for(two).decode(column).tolist(), two.inverse_transform(column.reshape(-1, 1)).tolist())

    def test_classifier(self) -> None:
        y = np.array(["low", "mid", "top"])[R.randint(0, 3, 60)]
        fitted = LogisticRegression().fit(X, y)
        self.assertEqual(artifact_for(fitted).decode(fitted.predict_proba(X)).tolist(), fitted.predict(X).tolist())
        self.assertEqual(artifact_for(["a", "b"]).decode(np.float32([0.5, 0.6])).tolist(), ["a", "b"])

    def test_refused(self) -> None:
        artifact = artifact_for(LabelEncoder().fit(["cat", "dog", "emu"]))
        with self.refused("bad_shape", "1 column or 3"):
            artifact.decode(np.zeros((4, 2)))
        for codes in ([0, 3], [0, -1], [0.0, 0.5]):
            with self.subTest(codes=codes), self.refused("unknown_category", "row 1", "0 to 2"):
                artifact.decode(codes)
        with self.refused("non_finite", "row 1"):
            artifact.decode([[0.0, 0.0, 1.0], [np.inf, 0.0, 0.0]])
        for target, words in (([], "list of classes"), ([["a"], ["b"]], "list of classes"), (["a", 1], "all of one kind"),
                              (["a", None], "all of one kind"), ([np.array(["a"]), np.array(["b"])], "several outputs")):
            with self.subTest(target=target), self.refused("bad_parameter", words):
                artifact_for(target)
        with self.refused("bad_state", "classes of their own"):
            artifact_for(["a", "a"])


if __name__ == "__main__":
    unittest.main()
