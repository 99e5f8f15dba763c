# SPDX-License-Identifier: MIT
"""What cannot be replayed bit for bit is refused, and the message names it; known scikit-learn traps are not copied."""

from __future__ import annotations

import unittest
import warnings
from typing import Any, Callable

import numpy as np
import pandas as pd
import sklearn
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.impute import KNNImputer, SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import (FunctionTransformer, MinMaxScaler, OneHotEncoder, OrdinalEncoder, StandardScaler)

import prepguard
from support import Case, export

warnings.simplefilter("ignore")

X = np.array([[1.0, 10.0], [2.0, 20.0], [3.0, 50.0], [4.0, np.nan]])
FULL = X[:3]
NAMED = pd.DataFrame(X, columns=["a", "b"])
TEXT = pd.DataFrame({"t": ["u", "v", "u", "w"], "a": X[:, 0]})
MIXED_TYPES = pd.DataFrame({"f": np.arange(4, dtype="float32"), "d": np.arange(4.0), "i": np.arange(4)})


def with_state(fitted: Any, **state: Any) -> Any:
    for name, value in state.items():
        setattr(fitted, name, value)
    return fitted


class Odd(StandardScaler):
    """A subclass may compute anything."""


def two(step: Any, other: Any, **options: Any) -> Any:
    return ColumnTransformer([("first", step, ["a"]), ("second", other, ["b"])], **options).fit(NAMED)


def types(first: str, second: str, step: Any = None) -> Any:
    return ColumnTransformer([("one", StandardScaler(), [first]), ("two", step or MinMaxScaler(), [second])]).fit(MIXED_TYPES)


# fitted object, sample, code, words of the message
REFUSED: dict[str, tuple[Callable[[], Any], Any, str, tuple[str, ...]]] = {
    "unsupported": (lambda: make_pipeline(StandardScaler(), PCA()).fit(FULL), FULL, "bad_parameter",
                    ("'pca'", "sklearn.decomposition._pca.PCA", "supported: ", "StandardScaler")),
    "unsupported in columns": (lambda: two(KNNImputer(), "drop"), NAMED, "bad_parameter", ("'first'", "KNNImputer")),
    "subclass": (lambda: Odd().fit(FULL), FULL, "bad_parameter", ("test_refusals.Odd",)),
    "namesake": (lambda: type("StandardScaler", (StandardScaler,), {"__module__": "mine"})().fit(FULL), FULL,
                 "bad_parameter", ("mine.StandardScaler",)),
    "model": (lambda: make_pipeline(StandardScaler(), LogisticRegression()).fit(FULL, [0, 1, 1]), FULL, "bad_parameter",
              ("LogisticRegression", "pipeline[:-1]")),
    "function": (lambda: FunctionTransformer(np.cbrt).fit(FULL), FULL, "bad_parameter", ("FunctionTransformer", "cbrt", "log1p")),
    "unknown object": (lambda: {"mean": 1}, FULL, "bad_parameter", ("builtins.dict",)),
    "not fitted": (lambda: StandardScaler(), FULL, "bad_shape", ("StandardScaler is not fitted", "fit")),
    "not fitted inside": (lambda: make_pipeline(OneHotEncoder()), FULL, "bad_shape", ("OneHotEncoder is not fitted",)),
    "no sample": (lambda: StandardScaler().fit(FULL), None, "bad_parameter", ("sample is missing", "sample=X_train")),
    "empty sample": (lambda: StandardScaler().fit(FULL), FULL[:0], "bad_shape", ("at least one row",)),
    "narrow sample": (lambda: StandardScaler().fit(FULL), FULL[:, :1], "bad_shape", ("2 columns", "1")),
    "vector sample": (lambda: StandardScaler().fit(FULL), FULL[0], "bad_shape", ("1 dimensions",)),
    "array for names": (lambda: StandardScaler().fit(NAMED), X, "bad_schema", ("'a'", "DataFrame", "ndarray")),
    "other names": (lambda: StandardScaler().fit(NAMED), NAMED.rename(columns={"b": "c"}), "bad_schema", ("'b'",)),
    "transformed sample": (lambda: OneHotEncoder().fit(TEXT[["t"]]), pd.DataFrame({"t": [0.0, 1.0]}), "bad_parameter",
                           ("category 'u'", "numeric column 't'")),
    "text for numbers": (lambda: StandardScaler().fit(NAMED), pd.DataFrame({"a": ["x"], "b": ["y"]}), "bad_parameter",
                         ("input 0 is text",)),
    "infinite sample": (lambda: StandardScaler().fit(FULL), np.array([[1.0, np.inf]]), "non_finite", ("'x1'", "row 0")),
    "float16": (lambda: StandardScaler().fit(FULL), FULL.astype("float16"), "bad_schema", ("'x0'", "float16")),
    "large integer": (lambda: StandardScaler().fit(FULL), np.full((2, 2), 2**63, dtype="uint64"), "bad_schema", ("int64",)),
    "dates": (lambda: two("passthrough", "drop"), NAMED.assign(b=pd.Timestamp(0)), "bad_schema", ("'b'", "datetime64")),
    "mixed objects": (lambda: two("passthrough", "drop"), NAMED.assign(b=[1, "x", 2, 3]), "bad_schema", ("'b'", "integer, text")),
    "None and NaN": (lambda: OneHotEncoder().fit(pd.DataFrame({"t": ["u", None, np.nan]}, dtype=object)),
                     pd.DataFrame({"t": ["u", None, np.nan]}, dtype=object), "bad_schema", ("'t'", "None and NaN")),
    "NUL": (lambda: OneHotEncoder().fit([["a\0"]]), [["a\0"]], "bad_schema", ("U+0000",)),
    "complex": (lambda: StandardScaler().fit(FULL), FULL.astype(complex), "bad_schema", ("complex128",)),
    "one name twice": (lambda: two("passthrough", "drop"), pd.DataFrame(X, columns=["a", "a"]), "bad_schema", ("'b'",)),
    "feature name twice": (lambda: ColumnTransformer([("p", "passthrough", [0]), ("q", "passthrough", [0])],
                                                     verbose_feature_names_out=False).fit(FULL), FULL, "bad_parameter",
                           ("'x0'", "verbose_feature_names_out")),
    "text comes out": (lambda: ColumnTransformer([("p", "passthrough", ["t", "a"])]).fit(TEXT), TEXT, "bad_parameter",
                       ("'p__t'", "is text")),
    "nothing comes out": (lambda: two("drop", "drop"), NAMED, "bad_parameter", ("nothing would come out",)),
    "scalar column": (lambda: with_state(two("passthrough", "drop"), transformers_=[("p", "passthrough", "a")]), NAMED,
                      "bad_parameter", ("columns='a'", "['a']")),
    "remainder twice": (lambda: with_state(two("passthrough", "drop"), transformers_=[
        ("remainder", "passthrough", [0]), ("remainder", "passthrough", [1])]), NAMED, "bad_parameter", ("'remainder'", "twice")),
    "infinite scale": (lambda: MinMaxScaler().fit(np.array([[-3e38], [3e38]], dtype="float32")),
                       np.array([[-3e38], [3e38]], dtype="float32"), "bad_parameter", ("scale.values[0]", "> 0", "0.0")),
    "infinite mean": (lambda: StandardScaler().fit([[1.7e308], [1.7e308]]), [[1.7e308], [1.7e308]], "bad_parameter",
                      ("mean_", "'x0'", "inf")),
    "range": (lambda: with_state(MinMaxScaler().fit(FULL), feature_range=(0, np.inf)), FULL, "bad_parameter",
              ("feature_range=(0, inf)",)),
    "range from -0.0": (lambda: MinMaxScaler((-0.0, 1), clip=True).fit(FULL), FULL, "bad_parameter", ("-0.0", "clip=True")),
    "NaN as fill": (lambda: SimpleImputer(strategy="constant", fill_value=np.nan).fit(X), X, "bad_parameter",
                    ("'x0'", "fill_value")),
    "strategy": (lambda: with_state(SimpleImputer().fit(X), strategy="mode"), X, "bad_parameter",
                 ("strategy='mode'", "most_frequent")),
    "None in numbers": (lambda: SimpleImputer(strategy="most_frequent").fit(np.array([[1], [None], [1]], dtype=object)),
                        np.array([[1], [None], [1]], dtype=object), "bad_parameter", ("missing_values=nan", "None")),
    "number as text marker": (lambda: with_state(SimpleImputer(strategy="most_frequent").fit(TEXT[["t"]]), missing_values=3),
                              TEXT[["t"]], "bad_parameter", ("missing_values=3",)),
    "kept empty text": (lambda: SimpleImputer(missing_values=None, strategy="most_frequent", keep_empty_features=True)
                        .fit(pd.DataFrame({"t": [None, None]}, dtype=object)),
                        pd.DataFrame({"t": [None, None]}, dtype=object), "bad_parameter", ("fill value 0", "'t'")),
    "None among numbers": (lambda: OneHotEncoder().fit(np.array([[1], [None]], dtype=object)),
                           np.array([[1], [None]], dtype=object), "bad_parameter", ("category None", "NoneType")),
    "encoder dtype": (lambda: with_state(OneHotEncoder().fit(TEXT[["t"]]), dtype=object), TEXT[["t"]], "bad_parameter",
                      ("dtype=<class 'object'>",)),
    "handle_unknown": (lambda: with_state(OneHotEncoder().fit(TEXT[["t"]]), handle_unknown="zeros"), TEXT[["t"]],
                       "bad_parameter", ("handle_unknown='zeros'", "infrequent_if_exist")),
    "combiner": (lambda: with_state(OneHotEncoder().fit(TEXT[["t"]]), feature_name_combiner=len), TEXT[["t"]],
                 "bad_parameter", ("feature_name_combiner", "column 't'", "TypeError")),
    "combiner's result": (lambda: with_state(OneHotEncoder().fit(TEXT[["t"]]), feature_name_combiner=lambda a, b: 3), TEXT[["t"]],
                          "bad_parameter", ("feature_name_combiner", "makes 3", "'t'", "a text")),
    "ordinal handle_unknown": (lambda: with_state(OrdinalEncoder().fit(TEXT[["t"]]), handle_unknown="ignore"), TEXT[["t"]],
                               "bad_parameter", ("handle_unknown='ignore'", "use_encoded_value")),
    "ordinal dtype": (lambda: with_state(OrdinalEncoder().fit(TEXT[["t"]]), dtype=object), TEXT[["t"]], "bad_parameter",
                      ("dtype=<class 'object'>",)),
    "ordinal code wraps": (lambda: OrdinalEncoder(dtype="uint8", handle_unknown="use_encoded_value", unknown_value=-1)
                           .fit(TEXT[["t"]]), TEXT[["t"]], "bad_parameter", ("code -1", "uint8")),
    "ordinal codes of float16": (lambda: OrdinalEncoder(dtype="float16").fit(np.arange(2050).reshape(-1, 1)),
                                 np.arange(2050).reshape(-1, 1), "bad_parameter", ("code 2049", "float16")),
    "ordinal huge code": (lambda: OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=2**53 + 1).fit(TEXT[["t"]]),
                          TEXT[["t"]], "bad_parameter", ("code 9007199254740993", "float64")),
    "unsorted numbers": (lambda: OrdinalEncoder(categories=[[3, 1]]).fit(np.array([[1], [3]], dtype=object)),
                         np.array([[1], [3]], dtype=object), "bad_parameter", ("categories.values", "ascending")),
    "None among ordinal numbers": (lambda: OrdinalEncoder().fit(np.array([[1], [None]], dtype=object)),
                                   np.array([[1], [None]], dtype=object), "bad_parameter", ("category None", "NoneType")),
    "category beyond int64": (lambda: OrdinalEncoder(categories=[[1, 2**63]]).fit(np.array([[1], [1]], dtype=object)),
                              np.array([[1], [1]], dtype=object), "bad_parameter", ("9223372036854775808", "int64")),
    "integer beside floats": (lambda: OrdinalEncoder(categories=[[0.5, 2**53 + 1]]).fit(np.array([[0.5], [0.5]], dtype=object)),
                              np.array([[0.5], [0.5]], dtype=object), "bad_parameter", ("9007199254740993", "float64")),
    "duplicate categories": (lambda: with_state(OneHotEncoder().fit(TEXT[["t"]]),
                                                categories_=[np.array(["u", "v", "u"], dtype=object)]), TEXT[["t"]],
                             "bad_parameter", ("duplicate category 'u'",)),
    "types disagree": (lambda: types("f", "d"), MIXED_TYPES, "bad_parameter", ("'one' in float32", "'two' in float64", "cast=")),
    "integer passed beside float32": (lambda: types("f", "i", "passthrough"), MIXED_TYPES, "bad_parameter", ("'two' in float64",)),
    "sparse scaler": (lambda: make_pipeline(ColumnTransformer([("o", OneHotEncoder(), [0, 1]), ("p", "passthrough", [0])],
                                                              sparse_threshold=1.0), StandardScaler(with_mean=False))
                      .fit(np.arange(40.0).reshape(20, 2)), np.arange(40.0).reshape(20, 2), "bad_parameter",
                      ("sparse", "sparse_threshold=0")),
    "last bit decides": (lambda: make_pipeline(FunctionTransformer(np.log1p), StandardScaler()).fit(1e-16 * FULL), 1e-16 * FULL,
                         "bad_parameter", ("'x0'", "last bit", "rescale")),
    "sign of zero in a sparse stack": (
        lambda: ColumnTransformer([("e", FeatureUnion([("o", OneHotEncoder()), ("p", "passthrough")],
                                                      transformer_weights={"p": -0.5}), [0])]).fit(np.array([[0.0]])),
        np.array([[0.0]]), "self_test_failed", ("fitted > 'e' is a sparse matrix", "-0.0", "sparse_output=False")),
    "wrong rows": (lambda: OneHotEncoder().fit(TEXT[["t"]]), pd.DataFrame({"t": ["new"]}), "self_test_failed",
                   ("its own sample", "new")),
}


class Refusals(Case):
    def test_table(self) -> None:
        for name, (make, sample, code, words) in REFUSED.items():
            with self.subTest(name), np.errstate(all="ignore"):
                fitted = make()
                with self.refused(code, *words):
                    prepguard.dumps(fitted, sample=sample)
        print(f"\nrefusals: {len(REFUSED)} objects and samples refused by name")

    def test_parameters(self) -> None:
        fitted = StandardScaler().fit(FULL)
        for options, words in (({"cast": "float16"}, "float16"), ({"columns": ["a"]}, "expected 2 names"),
                               ({"columns": ["a", "a"]}, "unique"), ({"columns": ["a", ""]}, "not empty")):
            with self.subTest(options), self.refused("bad_parameter", words):
                prepguard.dumps(fitted, sample=FULL, **options)
        with self.refused("bad_parameter", "columns"):
            prepguard.dumps(StandardScaler().fit(NAMED), sample=NAMED, columns=["x", "y"])
        with self.refused("bad_state", "provenance.date"):
            prepguard.dumps(fitted, sample=FULL, provenance_date="yesterday")
        with self.refused("io_failed", "no-such-model"):
            prepguard.dumps(fitted, sample=FULL, model="no-such-model")
        with self.assertRaises(TypeError):
            prepguard.dumps(fitted)  # sample is required

    def test_state_changed_after_fit(self) -> None:
        """An object that does not do what its state says."""
        scaler = StandardScaler().fit(FULL)
        scaler.transform = lambda rows: rows * 2.0
        with self.refused("self_test_failed", "neither numerics contract"):
            prepguard.dumps(scaler, sample=FULL)
        imputer = SimpleImputer().fit(X)
        original = imputer.transform
        imputer.transform = lambda rows: np.nextafter(original(rows), np.inf)
        with self.refused("self_test_failed", "values differ", "'x0'"):
            prepguard.dumps(imputer, sample=X)

    def test_names_are_compared(self) -> None:
        scaler = StandardScaler().fit(FULL)
        scaler.get_feature_names_out = lambda names: np.array(["x0", "other"], dtype=object)
        with self.refused("self_test_failed", "get_feature_names_out", "other"):
            prepguard.dumps(scaler, sample=FULL)


class Contracts(Case):
    def scaler(self, transform: Callable[[Any, np.ndarray], np.ndarray]) -> Any:
        kind = type("StandardScaler", (StandardScaler,), {
            "__module__": "sklearn.preprocessing._data", "transform": lambda self, rows: transform(self, np.asarray(rows))})
        return kind().fit(np.random.RandomState(0).normal(100, 3, (50, 2)))

    def test_each_is_recognised(self) -> None:
        sample = np.random.RandomState(0).normal(100, 3, (50, 2))
        older = self.scaler(lambda s, x: ((x - s.mean_).astype(x.dtype) / s.scale_).astype(x.dtype))
        newer = self.scaler(lambda s, x: (x - s.mean_.astype(x.dtype)) / s.scale_.astype(x.dtype))
        for fitted, contract in ((older, "sklearn_float64_coefficients"), (newer, "sklearn_float32_coefficients")):
            artifact = export(fitted, sample)
            self.assertEqual(artifact.payload["pipeline"]["contract"], contract)
            rows = sample.astype("float32")
            self.assertEqual(artifact.transform(rows, dtype="float32").tobytes(), fitted.transform(rows).tobytes())
            self.assertEqual([test["dtype"] for test in artifact.payload["self_tests"]], ["float64", "float32"])
        self.assertNotEqual(older.transform(rows).tobytes(), newer.transform(rows).tobytes())
        real = StandardScaler().fit(sample)
        same = {older: "sklearn_float64_coefficients", newer: "sklearn_float32_coefficients"}
        self.assertEqual([contract for fake, contract in same.items() if (fake.transform(rows) == real.transform(rows)).all()],
                         [export(real, sample).payload["pipeline"]["contract"]])

    def test_fill_is_rounded_to_the_type_of_fit(self) -> None:
        """As scikit-learn does since 1.5: a float32 mean fills float64 rows with the float32 value."""
        def transform(self: Any, rows: Any) -> np.ndarray:
            return np.where(np.isnan(rows), self.statistics_.astype("float32"), rows).astype(rows.dtype)
        kind = type("SimpleImputer", (SimpleImputer,), {"__module__": "sklearn.impute._base", "transform": transform})
        sample = np.array([[1.1], [1.2], [1.4], [np.nan]], dtype="float32")
        fitted = with_state(kind().fit(sample), _fill_dtype=np.dtype("float32"))
        got = export(fitted, sample).transform([[None]], dtype="float64")
        self.assertEqual(got.item(), float(np.float32(fitted.statistics_[0])))

    def test_other_formulas_are_refused(self) -> None:
        sample = np.random.RandomState(0).normal(100, 3, (50, 2))
        for name, formula in (("reciprocal", lambda s, x: (x - s.mean_).astype(x.dtype) * (1 / s.scale_).astype(x.dtype)),
                              ("one rounding", lambda s, x: ((x - s.mean_) / s.scale_).astype(x.dtype)),
                              ("double", lambda s, x: (x - s.mean_) / s.scale_)):
            with self.subTest(name), self.refused("self_test_failed", "neither numerics contract"):
                prepguard.dumps(self.scaler(formula), sample=sample)


class Traps(Case):
    def test_float64_categories_meet_float32(self) -> None:
        """Old scikit-learn puts 0.1f in the column of 0.3; here float32 is an error."""
        fitted = OneHotEncoder(sparse_output=False).fit(np.array([[0.1], [0.3], [0.7]]))
        rows = np.array([[0.1], [0.3]], dtype="float32")
        if tuple(map(int, sklearn.__version__.split(".")[:2])) < (1, 3):
            self.assertEqual(fitted.transform(rows).tolist(), [[0, 1, 0], [0, 0, 1]])
        artifact = export(fitted, np.array([[0.1], [0.3], [0.7]]))
        self.assertEqual([test["dtype"] for test in artifact.payload["self_tests"]], ["float64"])
        with self.refused("bad_state", "0.1", "not a float32"):
            artifact.transform(rows, dtype="float32")
        with self.refused("unknown_category", "row 0", "'x0'", "0.10000000149011612"):
            artifact.transform(rows)
        with self.refused("bad_state", "0.1", "not a float32"):
            prepguard.dumps(fitted, sample=np.array([[0.1], [0.3], [0.7]]), cast="float32")

    def test_one_type_is_said(self) -> None:
        fitted = OneHotEncoder().fit(np.array([[0.1], [0.3]]))
        with self.assertWarnsRegex(UserWarning, "no float32 self-test.*0.1"):
            prepguard.dumps(fitted, sample=np.array([[0.1], [0.3]]))

    def test_object_arrays_compute_in_float64(self) -> None:
        sample = np.array([["u", 1.0], ["v", 2.5]], dtype=object)
        fitted = ColumnTransformer([("t", OneHotEncoder(), [0]), ("n", StandardScaler(), [1])]).fit(sample)
        with self.assertWarnsRegex(UserWarning, "no float32 self-test.*'n' computes in float64"):
            prepguard.dumps(fitted, sample=sample)

    def test_float32_categories_ask_for_float32(self) -> None:
        sample = np.array([[0.1], [0.3]], dtype="float32")
        self.assertEqual(export(OneHotEncoder().fit(sample), sample).dtype, "float32")

    def test_integer_beyond_the_type(self) -> None:
        sample = pd.DataFrame({"i": [2**24, 2**24 + 1], "f": np.zeros(2, dtype="float32")})
        fitted = ColumnTransformer([("i", OneHotEncoder(), ["i"]), ("f", StandardScaler(), ["f"])]).fit(sample)
        with self.refused("bad_state", "16777217", "not a float32"):
            prepguard.dumps(fitted, sample=sample)
        self.assertEqual(export(fitted, sample, cast="float64").dtype, "float64")

    def test_cast(self) -> None:
        for cast in ("float32", "float64"):
            artifact = export(types("f", "d"), MIXED_TYPES, cast=cast)
            self.assertEqual((artifact.dtype, artifact.transform(MIXED_TYPES).dtype), (cast, np.dtype(cast)))

    def test_text_and_numbers_are_never_equal(self) -> None:
        fitted = OneHotEncoder(handle_unknown="ignore").fit(np.array([[1], [2]]))
        artifact = export(fitted, np.array([[1], [2]]))
        with self.refused("bad_schema", "row 0", "'1'", "expected a number"):
            artifact.transform([["1"]])

    def test_sample_that_lost_the_none_of_training(self) -> None:
        cells = np.array([["x"], ["y"], [None]], dtype=object)
        encoder = OneHotEncoder(handle_unknown="ignore").fit(cells)
        with self.assertRaisesRegex(prepguard.Error, "None in column 'x0'.*all training rows") as caught:
            prepguard.dumps(encoder, sample=cells[:2])
        self.assertEqual(caught.exception.code, "bad_parameter")
        artifact = prepguard.loads(prepguard.dumps(encoder, sample=cells))
        self.assertEqual(artifact.transform(cells).tolist(), encoder.transform(cells).toarray().tolist())

    def test_category_named_nan(self) -> None:
        sample = pd.DataFrame({"t": ["nan", "None", np.nan, "x"]}, dtype=object)
        fitted = SimpleImputer(strategy="constant", fill_value="gone").fit(sample)
        artifact = export(make_pipeline(fitted, OneHotEncoder(sparse_output=False)).fit(sample), sample)
        self.assertEqual(artifact.transform(sample).argmax(axis=1).tolist(), [2, 0, 1, 3])

    def test_all_missing_column(self) -> None:
        sample = np.array([[1.0, np.nan], [2.0, np.nan]])
        artifact = export(StandardScaler().fit(sample), sample)
        self.assertEqual(artifact.payload["pipeline"]["scale"]["nan"], [1])
        self.assertTrue(np.isnan(artifact.transform([[1.0, 5.0]])[0, 1]))


if __name__ == "__main__":
    unittest.main()
