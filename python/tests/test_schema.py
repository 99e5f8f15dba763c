# SPDX-License-Identifier: MIT
"""Columns and statistics of the training sample, against exact arithmetic, pandas and numpy."""

from __future__ import annotations

import math
import unittest
import warnings
from fractions import Fraction

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import make_samples
from prepguard.schema import describe, read_column, read_sample
from support import Case, differing_bits, export
from test_envelope import example


def training(values: object, as_objects: bool = True) -> dict:
    return describe(read_column("c", values, as_objects), True)


def exact_moments(values: list[float]) -> tuple[float, float]:
    exact = [Fraction(value) for value in values]
    mean = sum(exact) / len(exact)
    variance = sum((value - mean) ** 2 for value in exact) / len(exact)
    return float(mean), math.sqrt(variance)


class Numbers(Case):
    def test_moments_and_quantiles(self) -> None:
        for name in ("standard_scaler", "standard_scaler_float32", "mixed", "one_hot_encoder_int"):
            frame = make_samples.make(name).sample
            for column in frame.select_dtypes("number"):
                with self.subTest(name=name, column=column):
                    got, cells = training(frame[column])["training"], frame[column].dropna().astype("float64")
                    mean, std = exact_moments(cells.tolist())
                    self.assertTrue(math.isclose(got["mean"], mean, rel_tol=1e-14, abs_tol=1e-24))
                    self.assertTrue(math.isclose(got["std"], std, rel_tol=1e-12))
                    self.assertEqual((got["min"], got["max"]), (cells.min(), cells.max()))
                    want = cells.quantile([0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99]).tolist()
                    self.assertTrue(np.allclose(got["quantiles"], want, rtol=1e-14, atol=0))
                    self.assertEqual((got["count"], got["none"], got["nan"]),
                                     (len(frame), 0, int(frame[column].isna().sum())))

    def test_types(self) -> None:
        for values, dtype in (([1.5], "float64"), (np.array([1.5], "float32"), "float32"), (np.array([1], "int8"), "int64"),
                              (np.array([2**63 - 1], "uint64"), "int64"), ([True, False], "bool"),
                              (np.array([1, 2], object), "int64"), (np.array([1, 2.5], object), "float64"),
                              (np.array([1, None], object), "float64"), (np.array([True, False], object), "bool"),
                              (np.array([True, None], object), "float64"), (np.array(["a"]), "string"),
                              (np.array(["a", None], object), "string"), (np.array([None], object), "string")):
            with self.subTest(values=values):
                self.assertEqual(training(values)["dtype"], dtype)

    def test_extremes(self) -> None:
        got = training(np.array([1.7e308, -1.7e308, 1.7e308, 1.0]))["training"]
        self.assertEqual((got["min"], got["max"]), (-1.7e308, 1.7e308))
        mean, std = exact_moments([x / 2**600 for x in (1.7e308, -1.7e308, 1.7e308, 1.0)])  # a variance is a double
        self.assertTrue(math.isclose(got["mean"] / 2**600, mean, rel_tol=1e-14))
        self.assertTrue(math.isclose(got["std"] / 2**600, std, rel_tol=1e-14))
        self.assertTrue(np.isfinite(got["quantiles"]).all())
        self.assertEqual(training(np.full(3, 5e-324))["training"]["quantiles"], [5e-324] * 7)

    def test_nothing_there(self) -> None:
        got = training(np.array([np.nan, np.nan]))["training"]
        self.assertEqual(got, {"count": 2, "none": 0, "nan": 2, "min": 0.0, "max": 0.0, "mean": 0.0, "std": 0.0,
                               "quantiles": []})
        got = training(np.array([None, None], object))["training"]
        self.assertEqual(got, {"count": 2, "none": 2, "nan": 0, "values": [], "frequencies": [], "other": 0})


class Text(Case):
    def test_frequencies(self) -> None:
        cells = pd.Series(["b", "a", "b", "é", None, "\U0001f600", "\uffee", "Z", "b"], dtype=object)
        got = training(cells)["training"]
        want = cells.value_counts()
        self.assertEqual(got["values"], sorted(want.index, key=lambda text: text.encode("utf-8")))
        self.assertEqual(got["frequencies"], [int(want[value]) for value in got["values"]])
        self.assertEqual((got["count"], got["none"], got["nan"], got["other"]), (9, 1, 0, 0))

    def test_the_thousand_most_frequent(self) -> None:
        cells = [f"{number:05}" for number in range(1500)] + [f"{number:05}" for number in range(0, 1500, 2)]
        got = training(np.array(cells, dtype=object))["training"]
        twice = [f"{number:05}" for number in range(0, 1500, 2)]
        once = [f"{number:05}" for number in range(1, 500, 2)]
        self.assertEqual(got["values"], sorted(twice + once))
        self.assertEqual(got["other"], 500)
        self.assertEqual(set(got["frequencies"]), {1, 2})


class Containers(Case):
    """pandas types by duck typing."""

    def test_pandas_types(self) -> None:
        series = {
            "string": (pd.Series(["a", pd.NA, "b"], dtype="string"), "string", 0, 1),
            "object": (pd.Series(["a", None, "b"], dtype=object), "string", 1, 0),
            "category": (pd.Series(["a", None, "b"], dtype="category"), "string", 0, 1),
            "category of numbers": (pd.Series([3, 1, 3], dtype="category"), "int64", 0, 0),
            "Int64": (pd.Series([1, pd.NA, 3], dtype="Int64"), "float64", 0, 1),
            "full Int64": (pd.Series([1, 2, 3], dtype="Int64"), "int64", 0, 0),
            "Float64": (pd.Series([1.5, pd.NA, 3], dtype="Float64"), "float64", 0, 1),
            "boolean": (pd.Series([True, pd.NA, False], dtype="boolean"), "float64", 0, 1),
            "bool": (pd.Series([True, True, False]), "bool", 0, 0),
        }
        for name, (values, dtype, none, nan) in series.items():
            with self.subTest(name):
                got = training(values)
                self.assertEqual((got["dtype"], got["training"]["none"], got["training"]["nan"]), (dtype, none, nan))

    def test_pandas_types_are_replayed(self) -> None:
        r = np.random.RandomState(0)
        rows = 60
        frame = pd.DataFrame({
            "whole": pd.array(r.choice([1, 2, 3], rows), dtype="Int64"), "real": pd.array(r.normal(0, 1, rows), dtype="Float64"),
            "flag": pd.array(r.choice([True, False], rows), dtype="boolean"), "plain": r.choice([True, False], rows),
            "word": pd.array(r.choice(["u", "v"], rows), dtype="string"), "kind": pd.Categorical(r.choice(["p", "q"], rows)),
            "code": pd.Categorical(r.choice([10, 20], rows))})
        frame.loc[::7, ["whole", "real", "flag", "word"]] = pd.NA
        numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
        text = make_pipeline(SimpleImputer(missing_values=pd.NA, strategy="most_frequent"), OneHotEncoder())
        fitted = ColumnTransformer([("n", numbers, ["whole", "real", "flag"]), ("p", StandardScaler(), ["plain"]),
                                    ("w", text, ["word"]), ("k", OneHotEncoder(), ["kind", "code"])],
                                   sparse_threshold=0).fit(frame)
        artifact = export(fitted, frame)
        self.assertEqual(differing_bits(artifact.transform(frame), fitted.transform(frame).astype("float64")), 0)
        self.assertEqual(artifact.feature_names_out, fitted.get_feature_names_out().tolist())

    def test_documented_example(self) -> None:
        """Columns, state and names of the format document, from real data through real scikit-learn."""
        frame = pd.DataFrame({"age": [22.0, 35.0, np.nan, 58.0, 41.0], "income": [1800.5, 2400.0, 2900.0, 3100.0, 5200.25],
                              "city": make_samples.texts(["Rome", "Oslo", "Rome", np.nan, "Lima"])})
        fitted = ColumnTransformer([
            ("num", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), ["age", "income"]),
            ("cat", make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore")), ["city"])])
        for _, pipeline, _ in fitted.transformers:
            pipeline.steps = [(name, step) for name, (_, step) in zip(
                ["impute", "scale" if isinstance(pipeline[-1], StandardScaler) else "onehot"], pipeline.steps)]
        payload = export(fitted.fit(frame), frame).payload
        # the document was made with scikit-learn 1.2; newer ones round the statistics first
        payload["pipeline"]["transformers"][0]["step"]["steps"][1]["step"]["contract"] = "sklearn_float64_coefficients"
        for key in ("dtype", "columns", "pipeline", "features", "models", "policy"):
            self.assertEqual(payload[key], example()[key], key)

    def test_used(self) -> None:
        frame = pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, 4.0], "c": ["x", "y"]})
        inner = ColumnTransformer([("s", StandardScaler(), [1])])
        artifact = export(ColumnTransformer([("i", inner, ["a", "b"]), ("d", "drop", ["c"])]).fit(frame), frame)
        self.assertEqual([column["used"] for column in artifact.payload["columns"]], [False, True, False])
        self.assertEqual(artifact.transform({"b": [3.0, 4.0]}).tolist(), [[-1.0], [1.0]])

    def test_names(self) -> None:
        matrix = np.array([[1.0, 2.0], [3.0, 5.0]])
        fitted = StandardScaler().fit(matrix)
        self.assertEqual(export(fitted, matrix).columns, ["x0", "x1"])
        self.assertEqual(export(fitted, matrix, columns=["p", "q"]).feature_names_out, ["p", "q"])
        self.assertEqual(export(fitted, pd.DataFrame(matrix, columns=["p", "q"])).columns, ["p", "q"])
        self.assertEqual(export(fitted, matrix.tolist()).columns, ["x0", "x1"])
        numbered = pd.DataFrame(matrix)
        self.assertEqual(export(StandardScaler().fit(numbered), numbered).columns, ["x0", "x1"])

    def test_sample_is_bound_by_name(self) -> None:
        frame = make_samples.numbers(1)
        fitted = StandardScaler().fit(frame)
        other = frame[list(frame)[::-1]].assign(target="t")
        self.assertEqual(export(fitted, other).payload, export(fitted, frame).payload)

    def test_read_sample_does_not_touch_it(self) -> None:
        frame = make_samples.penguins(1)
        before = frame.copy()
        read_sample(frame, None, None)
        pd.testing.assert_frame_equal(frame, before)


class Binding(Case):
    def setUp(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            case = make_samples.make("mixed")
        self.rows = case.serving
        self.artifact = export(case.fitted, case.sample)
        self.want = self.artifact.transform(self.rows)

    def same(self, rows: object) -> None:
        self.assertEqual(differing_bits(self.artifact.transform(rows), self.want), 0)

    def test_ways_to_pass_rows(self) -> None:
        self.same(self.rows[list(self.rows)[::-1]].assign(extra="x"))
        self.same({name: self.rows[name].tolist() for name in self.rows})
        self.same({name: self.rows[name].to_numpy() for name in self.rows})
        self.same(self.rows.to_dict("records"))
        self.same(self.rows.to_numpy(dtype=object))
        self.same(self.rows.values.tolist())
        self.same(self.rows.astype({"island": "string", "sex": "category", "year": "Int64", "body_mass_g": "Float64"}))

    def test_errors(self) -> None:
        rows = self.rows
        for code, words, given in (
                ("bad_schema", ("'sex'", "missing"), rows.drop(columns="sex")),
                ("bad_schema", ("'bill_length_mm'", "missing (5 of 6 are)"), {"island": []}),
                ("bad_shape", ("expected 6 columns, got 5",), rows.to_numpy()[:, :5]),
                ("bad_shape", ("row 1: expected 6 cells, got 2",), [rows.values.tolist()[0], [1, 2]]),
                ("bad_shape", ("1 dimensions",), np.zeros(6)),
                ("bad_schema", ("'body_mass_g'", "row 2", "'heavy'"), rows.assign(
                    body_mass_g=[1.0, 2.0, "heavy"] + [1.0] * (len(rows) - 3))),
                ("bad_schema", ("'sex'", "row 0", "expected text", "1"), rows.assign(sex=1)),
                ("non_finite", ("'body_mass_g'", "row 4", "inf"), rows.assign(
                    body_mass_g=[1.0] * 4 + [np.inf] + [1.0] * (len(rows) - 5))),
                ("bad_schema", ("twice",), pd.concat([rows, rows[["sex"]]], axis=1))):
            with self.subTest(words=words), self.refused(code, *words):
                self.artifact.transform(given)
        with self.refused("non_finite", "'body_mass_g'", "1e+300", "float32"):
            self.artifact.transform(rows.assign(body_mass_g=1e300), dtype="float32")
        with self.refused("bad_parameter", "int64"):
            self.artifact.transform(rows, dtype="int64")

    def test_infinity_made_by_a_step(self) -> None:
        sample = np.array([[0.0], [1e-3]])
        artifact = export(StandardScaler().fit(sample), sample)
        with self.refused("non_finite", "standard_scaler", "row 1", "'x0'"):
            artifact.transform([[0.0], [1.7e308]])

    def test_missing_where_it_is_an_error(self) -> None:
        case = make_samples.make("simple_imputer_sentinel")
        artifact = export(case.fitted, case.sample)
        with self.refused("non_finite", "'unit'", "row 0", "NaN"):
            artifact.transform(case.serving.assign(unit=np.nan))


if __name__ == "__main__":
    unittest.main()
