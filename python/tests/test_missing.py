# SPDX-License-Identifier: MIT
"""missing_indicator and simple_imputer: markers, indicators beside text, columns without a value, what is refused."""

from __future__ import annotations

import unittest
import warnings
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import make_samples
import prepguard
from support import Case, differing_bits, export, sealed_without_checks, set_at

warnings.simplefilter("ignore")

NAN = float("nan")
GAPS = np.array([[1.0, NAN, 3.0], [4.0, 0.0, NAN], [8.0, 1.0, 0.0]])
WORDS = pd.DataFrame({"t": pd.Series(["u", None, "v", None, "u"], dtype=object), "s": pd.Series(list("ababb"), dtype=object)})
MIXED = WORDS.fillna(NAN).assign(n=[1.0, 2.0, 3.0, 1.0, 2.0], m=[1.5, NAN, NAN, 2.5, 3.5])
CODES = np.array([[1, -1, 3], [-1, 5, 6], [7, 5, 9], [7, -1, 3]])
ONE_HOT = {"handle_unknown": "ignore"}


class Missing(Case):
    values = 0

    def same(self, fitted: Any, sample: Any, rows: Any = None) -> prepguard.Artifact:
        """Exported, it names and computes what scikit-learn does."""
        rows = sample if rows is None else rows
        artifact = export(fitted, sample)
        self.assertEqual(artifact.feature_names_out, fitted.get_feature_names_out().tolist())
        want = make_samples.answer(fitted, rows, "float64")
        self.assertEqual(differing_bits(artifact.transform(rows, dtype="float64"), want), 0)
        Missing.values += want.size
        return artifact

    def test_indicators(self) -> None:
        for sample, options in ((GAPS, {}), (GAPS, {"features": "all"}), (GAPS, {"error_on_new": False}),
                                (CODES, {"missing_values": -1}), (CODES.astype("float32"), {"missing_values": -1.0}),
                                (WORDS, {"missing_values": None}), (WORDS.fillna("?"), {"missing_values": "?"}),
                                (MIXED, {}), (MIXED, {"features": "all", "sparse": True}),
                                (pd.DataFrame({"a": pd.array([1, None, 3], dtype="Int64")}), {}),
                                (pd.DataFrame({"a": pd.Series([1.0, None], dtype=object)}), {"missing_values": None})):
            with self.subTest(**options):
                self.same(MissingIndicator(**options).fit(sample), sample)

    def test_indicator_without_outputs(self) -> None:
        whole = np.column_stack([GAPS[:, 0], [1.0, 2.0, 3.0]])
        artifact = self.same(ColumnTransformer([("i", MissingIndicator(), [0]), ("s", StandardScaler(), [1])]).fit(whole), whole)
        with self.refused("non_finite", "row 0", "'x0'", "none in training"):
            artifact.transform([[None, 1.0]])
        with self.refused("bad_state", "at least one output"):
            prepguard.dumps(MissingIndicator().fit(whole), sample=whole)

    def test_new_missing_values(self) -> None:
        fitted = MissingIndicator().fit(GAPS)
        with self.refused("non_finite", "row 1", "'x0'", "error_on_new=False"):
            export(fitted, GAPS).transform([[1.0, 2.0, 3.0], [None, 2.0, 3.0]])
        fitted = MissingIndicator(missing_values="a").fit(WORDS[["s", "s"]].set_axis(["p", "q"], axis=1).assign(q="b"))
        artifact = export(fitted, pd.DataFrame({"p": list("ab"), "q": list("bb")}))
        with self.refused("unknown_category", "row 0", "'q'", "none in training"):
            artifact.transform(pd.DataFrame({"p": ["a"], "q": ["a"]}))

    def test_imputers_with_indicators_beside_text(self) -> None:
        for sample, missing in ((WORDS, None), (WORDS.fillna("?"), "?"), (MIXED, NAN)):
            for options in ({"strategy": "most_frequent"}, {"strategy": "constant", "fill_value": "a"}):
                if options.get("fill_value") and sample is MIXED:
                    continue  # text in a column of numbers
                imputer = SimpleImputer(missing_values=missing, add_indicator=True, **options)
                for encoder in (OneHotEncoder(**ONE_HOT), OneHotEncoder(drop="first", **ONE_HOT)):
                    with self.subTest(missing=missing, **options):
                        self.same(make_pipeline(imputer, encoder).fit(sample), sample)
        nested = ColumnTransformer([
            ("c", make_pipeline(make_pipeline("passthrough", SimpleImputer(strategy="most_frequent", add_indicator=True)),
                                OneHotEncoder(**ONE_HOT)), ["t", "m", "s"]),
            ("i", MissingIndicator(), ["m", "n"])]).fit(MIXED)
        self.same(nested, MIXED)

    def test_whole_numbers(self) -> None:
        for strategy in ("mean", "median", "most_frequent", "constant"):
            for dtype in ("int64", "int32", "int8"):
                with self.subTest(strategy=strategy, dtype=dtype):
                    sample = CODES.astype(dtype)
                    self.same(SimpleImputer(missing_values=-1, strategy=strategy, add_indicator=True).fit(sample), sample)

    def test_columns_without_a_value(self) -> None:
        """Releases differ in what a constant does with them; the fitted state says it."""
        empty = np.column_stack([GAPS, [NAN] * 3])
        for strategy in ("mean", "median", "most_frequent", "constant"):
            for keep in (False, True):
                for indicator in (False, True):
                    with self.subTest(strategy=strategy, keep=keep, indicator=indicator):
                        self.same(SimpleImputer(strategy=strategy, keep_empty_features=keep, add_indicator=indicator)
                                  .fit(empty), empty)
        texts = WORDS.assign(e=pd.Series([None] * 5, dtype=object))
        for keep in (False, True):
            imputer = SimpleImputer(missing_values=None, strategy="constant", keep_empty_features=keep)
            self.same(make_pipeline(imputer, OneHotEncoder()).fit(texts), texts)

    def test_refused(self) -> None:
        both = pd.DataFrame({"a": pd.Series([1.0, None, NAN, 1.0], dtype=object)})
        called = SimpleImputer().fit(GAPS)
        called.strategy = np.mean
        other = MissingIndicator().fit(GAPS)
        other.features = "some"
        for fitted, sample, words in (
                (SimpleImputer(strategy="most_frequent").fit(both), both, ("None cells of an object column", "float")),
                (MissingIndicator().fit(both), both, ("None cells of an object column", "float")),
                (called, GAPS, ("strategy=<function mean", "most_frequent")),
                (other, GAPS, ("features='some'", "'missing-only' or 'all'"))):
            with self.subTest(words), self.refused("bad_parameter", *words):
                prepguard.dumps(fitted, sample=sample)

    def test_refused_states(self) -> None:
        payload = export(MissingIndicator(missing_values=-1).fit(CODES), CODES).payload
        for key, value, code, words in (
                ("['missing']", "none", "bad_state", "'none' does not exist"), ("['missing']", "never", "bad_state", "missing"),
                ("['missing']", "nan", "bad_state", "sentinel: expected 0 values"),
                ("['sentinel']['values'][0]", -1, "bad_format", "sentinel"),
                ("['sentinel']['dtype']", "string", "bad_format", "sentinel"),
                ("['indicator']", [1, 0], "bad_state", "indicator[1]"), ("['indicator']", [3], "bad_state", "indicator[0]"),
                ("['indicator']", [], "bad_state", "at least one output"),
                ("['error_on_new']", 1, "bad_format", "error_on_new")):
            with self.subTest(key=key, value=value), self.refused(code, words):
                prepguard.loads(sealed_without_checks(set_at(payload, "['pipeline']" + key, value)))


def tearDownModule() -> None:
    print(f"\nmissing values: {Missing.values} values of the twin against scikit-learn")


if __name__ == "__main__":
    unittest.main()
