# SPDX-License-Identifier: MIT
"""Containers in every shape that scikit-learn takes: names and bits of the twin against scikit-learn run here."""

from __future__ import annotations

import unittest
import warnings
from typing import Any, Callable
from unittest import mock

import numpy as np
import pandas as pd
import sklearn
from sklearn.base import clone
from sklearn.compose import ColumnTransformer, make_column_selector, make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline, make_union
from sklearn.preprocessing import MinMaxScaler, Normalizer, OneHotEncoder, PolynomialFeatures, StandardScaler

import make_samples
import prepguard
from support import Case, differing_bits, export

FRAME = make_samples.penguins(31).drop(columns="year").assign(wet=np.arange(344) % 3 == 0)
MEASURES = ["bill_length_mm", "bill_depth_mm", "body_mass_g"]
MATRIX = make_samples.numbers(32, missing=True)
TAKES_FORMATS = "Callable" in str(ColumnTransformer.__doc__)  # verbose_feature_names_out, since scikit-learn 1.6
DTYPE = "float64"  # of encoders
UNION_IS_TERSE = "verbose_feature_names_out" in FeatureUnion([]).get_params()


def encoder(**options: Any) -> OneHotEncoder:
    return OneHotEncoder(handle_unknown="ignore", sparse_output=False, dtype=DTYPE, **options)


def sparse() -> OneHotEncoder:
    return OneHotEncoder(handle_unknown="ignore", dtype=DTYPE)


def dense(*entries: Any, **options: Any) -> ColumnTransformer:
    return ColumnTransformer(list(entries), sparse_threshold=0, **options)


def numbers_beside_text() -> ColumnTransformer:
    return dense(("n", SimpleImputer(strategy="median"), MEASURES), ("t", encoder(), ["island", "sex"]))


def joined(entry: str, output: str) -> str:
    return f"{output}<{entry}>"


# unfitted object; sample: FRAME (mixed) or MATRIX
MIXED: dict[str, Callable[[], Any]] = {
    "reordered, used twice, left out": lambda: dense(("a", StandardScaler(), [MEASURES[2], MEASURES[0]]),
                                                     ("b", MinMaxScaler(), MEASURES[:2]), ("c", encoder(), ["sex"])),
    "drop in the middle": lambda: dense(("a", "drop", ["sex"]), ("b", "passthrough", MEASURES), ("c", "drop", ["wet"])),
    "remainder passed": lambda: dense(("t", encoder(), ["sex", "island"]), remainder="passthrough"),
    "remainder scaled": lambda: dense(("t", encoder(), ["sex", "island"]), ("w", "passthrough", ["wet"]),
                                      remainder=StandardScaler()),
    "remainder in a pipeline": lambda: dense(("t", encoder(), ["sex", "island"]), ("w", "drop", ["wet"]),
                                             remainder=make_pipeline(SimpleImputer(), MinMaxScaler())),
    "remainder of mixed kinds": lambda: dense(("n", StandardScaler(), MEASURES), remainder=encoder()),
    "remainder is empty": lambda: dense(("n", StandardScaler(), MEASURES), ("t", encoder(), ["sex", "island", "wet"]),
                                        remainder=StandardScaler()),
    "entry without columns": lambda: dense(("n", StandardScaler(), MEASURES), ("e", StandardScaler(), [])),
    "positions": lambda: dense(("n", StandardScaler(), [1, 3]), ("t", encoder(), [0])),
    "negative positions": lambda: dense(("n", StandardScaler(), [-3, -5]), ("t", encoder(), [-2, 0]), remainder="drop"),
    "slice of names": lambda: dense(("n", StandardScaler(), slice("bill_length_mm", "body_mass_g"))),
    "slice of positions": lambda: dense(("n", StandardScaler(), slice(1, -2)), ("t", encoder(), slice(4, 5))),
    "mask": lambda: dense(("n", StandardScaler(), [False, True, True, False, False, False]),
                          ("t", encoder(), np.array([True, False, False, False, True, False]))),
    "selectors": lambda: dense(("n", StandardScaler(), make_column_selector(dtype_include=np.floating)),
                               ("t", encoder(), make_column_selector("^(sex|island)$"))),
    "function of the frame": lambda: dense(("n", StandardScaler(), lambda rows: [c for c in rows if c.endswith("mm")])),
    "index of names": lambda: dense(("n", StandardScaler(), pd.Index(MEASURES))),
    "made by name of the class": lambda: make_column_transformer((StandardScaler(), MEASURES), (encoder(), ["sex"]),
                                                                 sparse_threshold=0),
    "weights": lambda: dense(("n", StandardScaler(), MEASURES), ("w", "passthrough", ["wet"]), ("t", encoder(), ["sex"]),
                             transformer_weights={"n": 0.1, "w": -2.0, "t": 3.5, "nobody": 7.0}),
    "short names": lambda: dense(("n", StandardScaler(), MEASURES), ("t", encoder(), ["sex"]),
                                 verbose_feature_names_out=False),
    "sparse blocks": lambda: ColumnTransformer([("t", sparse(), ["sex", "island"]),
                                                ("n", SimpleImputer(), MEASURES)], transformer_weights={"t": 0.3}),
    "sparse result": lambda: ColumnTransformer([("t", sparse(), ["sex", "island"]),
                                                ("n", SimpleImputer(), MEASURES)], sparse_threshold=1.0),
    "transformer in a transformer": lambda: dense(
        ("all", dense(("n", dense(("s", StandardScaler(), [2, 0]), remainder="passthrough"), MEASURES),
                      ("t", encoder(), ["sex"])), MEASURES + ["sex"]), ("w", "passthrough", ["wet"])),
    "transformer after a transformer": lambda: make_pipeline(
        dense(("n", SimpleImputer(), MEASURES), ("t", encoder(), ["sex"])),
        dense(("a", StandardScaler(), slice(0, 2)), ("b", MinMaxScaler(), [-1]), remainder="passthrough"), MinMaxScaler((-3, 3))),
    "text passed on": lambda: make_pipeline(
        dense(("t", SimpleImputer(missing_values=None, strategy="most_frequent"), ["sex", "island"])), encoder(drop="first")),
    "pipelines that do nothing": lambda: Pipeline([("a", "passthrough"), ("b", None), ("c", numbers_beside_text()),
                                                   ("d", Pipeline([("e", "passthrough")]))]),
    "pipeline in a pipeline": lambda: Pipeline([("a", Pipeline([("b", Pipeline([("c", numbers_beside_text())]))])),
                                                ("d", make_pipeline(StandardScaler(), MinMaxScaler()))]),
    "union of transformers": lambda: make_union(numbers_beside_text(), dense(("w", "passthrough", ["wet"]))),
    "union with weights": lambda: FeatureUnion(
        [("a", numbers_beside_text()), ("b", dense(("n", StandardScaler(), MEASURES)))], transformer_weights={"b": 0.7}),
    "union of unions": lambda: FeatureUnion([("a", FeatureUnion([("b", numbers_beside_text()), ("c", "drop")])),
                                             ("d", dense(("w", "passthrough", ["wet"])))]),
    "union over text": lambda: make_pipeline(dense(("t", "passthrough", ["sex", "island"])), FeatureUnion([
        ("a", encoder()), ("b", encoder(drop="first")), ("c", make_pipeline(
            SimpleImputer(missing_values=None, strategy="constant", fill_value="?"), encoder()))])),
    "union of mixed columns": lambda: FeatureUnion([("a", encoder()), ("b", dense(("n", StandardScaler(), MEASURES)))]),
    "union of sparse blocks": lambda: make_union(sparse(),
                                                 dense(("n", SimpleImputer(), MEASURES))),
    "union inside a transformer": lambda: dense(
        ("n", FeatureUnion([("scaled", StandardScaler()), ("ranged", make_pipeline(SimpleImputer(), MinMaxScaler())),
                            ("kept", "passthrough"), ("gone", "drop")], transformer_weights={"kept": 0.5}), MEASURES),
        ("t", encoder(), ["sex"])),
    "union whose first entry is dropped": lambda: FeatureUnion([("a", "drop"), ("b", numbers_beside_text())]),
}
PLAIN: dict[str, Callable[[], Any]] = {
    "union of scalers": lambda: make_union(StandardScaler(), MinMaxScaler()),
    "union of passthrough": lambda: FeatureUnion([("a", "passthrough"), ("b", "passthrough")]),
    "union between steps": lambda: make_pipeline(SimpleImputer(add_indicator=True), make_union(StandardScaler(), MinMaxScaler()),
                                                 StandardScaler(with_mean=False)),
    "weights of whole numbers": lambda: dense(("a", "passthrough", [0, 1]), ("b", StandardScaler(), [2]),
                                              transformer_weights={"a": 2, "b": 1}),
    "one column twice in an entry": lambda: FeatureUnion([("a", dense(("b", MinMaxScaler(), [3, 0])))]),
}
if TAKES_FORMATS:
    MIXED["names by format"] = lambda: dense(("n", StandardScaler(), MEASURES), ("t", encoder(), ["sex", "wet"]),
                                             verbose_feature_names_out="{feature_name}--{transformer_name}")
    MIXED["names by function"] = lambda: dense(("n", StandardScaler(), MEASURES), ("t", encoder(), ["sex", "wet"]),
                                               verbose_feature_names_out=joined)
if UNION_IS_TERSE:
    MIXED["union with short names"] = lambda: FeatureUnion(
        [("a", numbers_beside_text()), ("b", dense(("w", "passthrough", ["wet"]), verbose_feature_names_out=False))],
        verbose_feature_names_out=False)


class Structure(Case):
    counts = {"structures": 0, "values": 0, "names": 0}

    def compare(self, fitted: Any, sample: Any, serving: Any) -> prepguard.Artifact:
        """Names, and bits in the types the artifact can be loaded in."""
        artifact = export(fitted, sample)
        names = fitted.get_feature_names_out().tolist()
        self.assertEqual(artifact.feature_names_out, names)
        for test in artifact.payload["self_tests"]:
            rows = typed(serving, test["dtype"])
            want = make_samples.answer(fitted, rows, test["dtype"])
            self.assertEqual(differing_bits(artifact.transform(rows, dtype=test["dtype"]), want), 0)
            Structure.counts["values"] += want.size
        Structure.counts["structures"] += 1
        Structure.counts["names"] += len(names)
        return artifact

    def test_mixed_frames(self) -> None:
        serving = make_samples.serve_penguins(make_samples.penguins(31), 131).drop(columns="year")
        serving = serving.assign(wet=np.arange(len(serving)) % 2 == 0)
        for name, make in MIXED.items():
            for dtype in ("float64", "float32"):
                with self.subTest(name, dtype=dtype), silence(), mock.patch(f"{__name__}.DTYPE", dtype):
                    sample = typed(FRAME, dtype)
                    self.compare(make().fit(sample), sample, serving)

    def test_numbers_with_and_without_names(self) -> None:
        serving = make_samples.serve_numbers(MATRIX, 132)
        serving = serving.mask(serving == 0.0, 0.0)
        for name, make in PLAIN.items():
            for sample, rows in ((MATRIX, serving), (MATRIX.to_numpy(), serving.to_numpy()),
                                 (np.asfortranarray(MATRIX.to_numpy(dtype="float32")), serving.to_numpy())):
                with self.subTest(name, kind=type(sample).__name__), silence():
                    self.compare(make().fit(sample), sample, rows)

    def test_objects_that_return_frames(self) -> None:
        """Frames between the steps may change what is learned (their memory has another order), not what is replayed."""
        for container in ("pandas", "polars"):
            if not has(container):
                continue
            for name, make in MIXED.items():
                with self.subTest(name, container=container), silence():
                    try:
                        fitted = make().set_output(transform=container).fit(FRAME)
                        fitted.transform(FRAME)
                    except Exception:  # sparse results, names used twice, numbers beside text: not for frames
                        continue
                    self.compare(fitted, FRAME, FRAME)

    def test_rows_that_training_never_saw_together(self) -> None:
        """The extremes of two columns in one row make a product that the encoder after them does not know."""
        rows = np.array([[1.0, 5.0], [2.0, 3.0], [4.0, 2.0]])
        fitted = make_pipeline(PolynomialFeatures(include_bias=False), OneHotEncoder()).fit(rows)
        with self.assertRaisesRegex(ValueError, "unknown categories"):
            fitted.transform([[4.0, 5.0]])
        self.compare(fitted, rows, rows)

    def test_other_order_and_extra_columns(self) -> None:
        fitted = numbers_beside_text().fit(FRAME)
        artifact = export(fitted, FRAME.iloc[:, ::-1].assign(extra=1.0))
        rows = FRAME.iloc[:, [3, 0, 5, 4, 2, 1]]
        self.assertEqual(differing_bits(artifact.transform(rows), fitted.transform(FRAME)), 0)

    def test_unused_columns_are_marked(self) -> None:
        with silence():
            artifact = self.compare(MIXED["union of mixed columns"]().fit(FRAME), FRAME, FRAME)
            dropped = self.compare(MIXED["drop in the middle"]().fit(FRAME), FRAME, FRAME)
        self.assertTrue(all(column["used"] for column in artifact.payload["columns"]))
        self.assertEqual([c["name"] for c in dropped.payload["columns"] if c["used"]], MEASURES)

    def test_blocks_lie_in_memory_as_scikit_learn_takes_them(self) -> None:
        """The sum of a row depends on it: a union hands the array on, a slice leaves it where it lies, a list copies."""
        r = np.random.RandomState(0)
        for dtype in ("float64", "float32"):
            for order in ("C", "F"):
                cells = np.array(r.normal(size=(40, 12)), dtype=dtype, order=order)
                chain = make_pipeline(PolynomialFeatures(), FeatureUnion([("u", Normalizer(norm="l1"))]))
                blocks = [ColumnTransformer([("b", Normalizer(norm="l1"), columns)])
                          for columns in (slice(1, 12), list(range(12)), np.arange(12) % 4 != 1)]
                for unfitted in (chain, *blocks):
                    with self.subTest(dtype=dtype, order=order, unfitted=str(unfitted)):
                        export(unfitted.fit(cells), cells)  # proves itself, or raises


class Refused(Case):
    def test_one_column_as_a_vector(self) -> None:
        for spec in ("bill_depth_mm", 2, np.int64(2)):
            fitted = dense(("n", StandardScaler(), [1]), ("v", StandardScaler(), [2])).fit(FRAME)
            fitted.transformers_[1] = (*fitted.transformers_[1][:2], spec)
            with self.subTest(spec=spec), self.refused("bad_parameter", "'v'", "as a vector", f"pass [{spec!r}]"):
                export(fitted, FRAME)

    def test_weights(self) -> None:
        cases: dict[str, tuple[Any, Any, tuple[str, ...]]] = {
            "text": (dense(("t", "passthrough", ["sex"]), ("n", "passthrough", MEASURES)), "x", ("transformer_weights", "'x'")),
            "infinite": (dense(("t", StandardScaler(), MEASURES)), float("inf"), ("a finite number",)),
            "negative, sparse": (ColumnTransformer([("t", sparse(), ["sex"])]), -1.0, ("-0.0", "sparse_output=False")),
            "negative, whole numbers": (dense(("t", "passthrough", ["wet"])), -2, ("-0.0", "weigh by -2.0")),
            "negative, sparse union": (FeatureUnion([("t", sparse())]), -1.0, ("-0.0", "sparse_output=False")),
        }
        for name, (step, weight, words) in cases.items():
            with self.subTest(name), silence():
                fitted = step.fit(FRAME)
                fitted.transformer_weights = {"t": weight}
                with self.refused("bad_parameter", *words):
                    export(fitted, FRAME)

    def test_weight_that_widens(self) -> None:
        """A NumPy double times a float32 block is float64 in NumPy 2 and float32 in NumPy 1."""
        sample = typed(FRAME, "float32")
        fitted = dense(("n", StandardScaler(), MEASURES), transformer_weights={"n": np.float64(0.3)}).fit(sample)
        if (np.ones(1, dtype="float32") * np.float64(0.3)).dtype == np.float32:
            self.assertEqual(export(fitted, sample).dtype, "float32")
        else:
            with self.refused("bad_parameter", "'n' in float32", "(times ", "weights are Python floats"):
                export(fitted, sample)

    def test_zeros_of_a_sparse_result(self) -> None:
        sample = pd.DataFrame({"t": list("abcdefgh"), "n": [0.0, -0.0, 1.0, 2.0] * 2})
        step = ColumnTransformer([("t", OneHotEncoder(), ["t"]), ("n", "passthrough", ["n"])])
        with self.refused("self_test_failed", "expected 0.0, got -0.0", "sparse_threshold=0"):
            export(step.fit(sample), sample)
        self.assertTrue(export(clone(step).set_params(sparse_threshold=0).fit(sample), sample))

    def test_names(self) -> None:
        def nothing(entry: str, output: str) -> None:
            return None

        for verbose, words in (("{nobody}", "KeyError('nobody')"), (nothing, "but None"), (3, "=3 is not supported")):
            fitted = dense(("n", StandardScaler(), MEASURES)).fit(FRAME)
            fitted.verbose_feature_names_out = verbose
            with self.subTest(verbose=verbose), self.refused("bad_parameter", "verbose_feature_names_out", words):
                export(fitted, FRAME)
        twice = dense(("n", StandardScaler(), MEASURES), ("m", MinMaxScaler(), MEASURES), verbose_feature_names_out=False)
        with self.refused("bad_parameter", "used twice", "'bill_length_mm'"):
            export(twice.fit(FRAME), FRAME)
        union = FeatureUnion([("a", StandardScaler())]).fit(MATRIX)
        union.transformer_list = union.transformer_list * 2
        with self.refused("bad_parameter", "FeatureUnion", "'a' is used twice"):
            export(union, MATRIX)

    def test_nothing_comes_out(self) -> None:
        for step in (FeatureUnion([("a", "drop")]), dense(("a", "drop", MEASURES))):
            with self.subTest(step), self.refused("bad_parameter", "nothing would come out"):
                export(step.fit(FRAME), FRAME)

    def test_not_fitted(self) -> None:
        for step in (FeatureUnion([("a", StandardScaler())]), make_pipeline(FeatureUnion([("a", StandardScaler())])),
                     dense(("a", StandardScaler(), [0]))):
            with self.subTest(step), self.refused("bad_shape", "is not fitted"):
                export(step, FRAME)

    def test_polars_sample(self) -> None:
        if not has("polars"):
            self.skipTest("polars is not installed")
        import polars
        fitted = StandardScaler().fit(FRAME[MEASURES])
        with self.refused("bad_schema", "polars", "to_pandas()"):
            export(fitted, polars.DataFrame(FRAME[MEASURES].to_dict("list")))


def typed(rows: Any, dtype: str) -> Any:
    """Rows with their floating columns in this type."""
    if isinstance(rows, np.ndarray):
        return rows.astype(dtype)
    return rows.astype({name: dtype for name in rows if rows[name].dtype.kind == "f"})


def has(container: str) -> bool:
    """Whether this scikit-learn can return it here."""
    try:
        StandardScaler().set_output(transform=container).fit_transform(MATRIX)
    except (ImportError, ValueError):
        return False
    return True


class silence(warnings.catch_warnings):
    def __enter__(self) -> Any:
        result = super().__enter__()
        warnings.simplefilter("ignore")
        return result


def tearDownModule() -> None:
    print("\nstructure with scikit-learn {0}: {structures} structures, {values} values with equal bits, {names} names equal"
          .format(sklearn.__version__, **Structure.counts))

if __name__ == "__main__":
    unittest.main()
