# SPDX-License-Identifier: MIT
"""The twin against scikit-learn, bit for bit, over every sample artifact and both types."""

from __future__ import annotations

import os
import tempfile
import unittest
import warnings

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import OneHotEncoder

import make_samples
import prepguard
from prepguard.envelope import seal
from prepguard.steps.min_max_scaler import clip
from support import Case, differing_bits, export


class Parity(Case):
    counts = {"artifacts": 0, "values": 0, "names": 0}

    def test_every_sample(self) -> None:
        types = set()
        for name in make_samples.CASES:
            with self.subTest(name):
                case = make_samples.make(name)
                artifact = export(case.fitted, case.sample)
                for test in artifact.payload["self_tests"]:
                    types.add((artifact.dtype, test["dtype"]))
                    self._compare(case, artifact, test["dtype"])
                Parity.counts["artifacts"] += 1
        self.assertEqual(types, {(a, b) for a in ("float32", "float64") for b in ("float32", "float64")})

    def _compare(self, case: make_samples.Case, artifact: prepguard.Artifact, dtype: str) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "rows.csv")
            make_samples.write_csv(path, case.serving)
            text = {c["name"] for c in artifact.payload["columns"] if c["dtype"] == "string"}
            rows = make_samples.read_csv(path, text, case.sample, dtype)
        want = make_samples.answer(case.fitted, rows, dtype)
        self.assertEqual(differing_bits(artifact.transform(rows, dtype=dtype), want), 0)
        Parity.counts["values"] += want.size

    def test_random_encoders(self) -> None:
        """Every combination of drop, grouping and unknown handling, over text, integers, floats and bools."""
        r = np.random.RandomState(0)
        for number in range(150):
            options = {"drop": [None, "first", "if_binary"][r.randint(3)],
                       "handle_unknown": ["error", "ignore", "infrequent_if_exist"][r.randint(3)],
                       "min_frequency": [None, 3, 0.1][r.randint(3)], "max_categories": [None, 1, 2, 4][r.randint(4)],
                       "sparse_output": bool(r.randint(2)), "dtype": [np.float64, np.float32, int][r.randint(3)]}
            pool = [np.array(list("abcdef"), dtype=object), np.arange(-2, 4), np.array([0.5, 1.5, 2.0, np.nan]),
                    np.array([False, True])][r.randint(4)]
            frame = pd.DataFrame({name: r.choice(pool, 40) for name in "pq"})
            rows = frame.iloc[r.permutation(40)].copy()
            if options["handle_unknown"] != "error":
                rows["p"] = [("z" if pool.dtype == object else 99) if r.randint(5) == 0 else cell for cell in rows["p"]]
            with self.subTest(number=number, **options), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                fitted = OneHotEncoder(**options).fit(frame)
                if not len(fitted.get_feature_names_out()):
                    with self.refused("bad_state", "at least one output"):
                        export(fitted, frame)
                    continue
                artifact = export(fitted, frame)
                self.assertEqual(artifact.feature_names_out, fitted.get_feature_names_out().tolist())
                for dtype in ("float64", "float32"):
                    typed = rows if pool.dtype == object else rows.astype(dtype)
                    want = make_samples.answer(fitted, typed, dtype)
                    self.assertEqual(differing_bits(artifact.transform(rows, dtype=dtype), want), 0)
                    Parity.counts["values"] += want.size

    def test_random_imputers(self) -> None:
        r = np.random.RandomState(1)
        for number in range(100):
            marker = [np.nan, -1.0, 7][r.randint(3)]
            options = {"strategy": ["mean", "median", "most_frequent", "constant"][r.randint(4)], "missing_values": marker,
                       "add_indicator": bool(r.randint(2)), "keep_empty_features": bool(r.randint(2)),
                       "fill_value": [None, 2.5, -3][r.randint(3)]}
            dtype = ["float64", "float32"][r.randint(2)]
            sample = np.where(r.uniform(size=(30, 4)) < 0.3, marker, r.choice([1.0, 2.25, 0.1, 7.0, -4.0], (30, 4)))
            if r.randint(3) == 0:
                sample[:, r.randint(4)] = marker
            rows = np.where(r.uniform(size=(50, 4)) < 0.3, marker, r.normal(0, 10, (50, 4)))
            with self.subTest(number=number, dtype=dtype, **options), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                fitted = SimpleImputer(**options).fit(sample.astype(dtype))
                artifact = export(fitted, sample.astype(dtype))
                self.assertEqual(artifact.dtype, dtype)
                for kind in ("float64", "float32"):
                    want = make_samples.answer(fitted, rows.astype(kind), kind)
                    self.assertEqual(differing_bits(artifact.transform(rows, dtype=kind), want), 0)
                    Parity.counts["values"] += want.size

    def test_names(self) -> None:
        for name in make_samples.CASES:
            with self.subTest(name):
                case = make_samples.make(name)
                theirs = case.fitted.get_feature_names_out().tolist()
                self.assertEqual(export(case.fitted, case.sample).feature_names_out, theirs)
                Parity.counts["names"] += len(theirs)

    def test_self_tests_cover_the_sample(self) -> None:
        """Every column's minimum and maximum, every category, a missing cell where training had one."""
        for name in make_samples.CASES:
            with self.subTest(name):
                case = make_samples.make(name)
                payload = export(case.fitted, case.sample).payload
                test = payload["self_tests"][0]
                self.assertTrue(2 <= test["rows"] <= 64)
                for column, cells in zip(payload["columns"], test["inputs"]):
                    training, values = column["training"], set(cells["values"])
                    telling = training.get("values") or [training.get("min", 0.0), training.get("max", 0.0)]
                    self.assertLessEqual(set(telling), values, column["name"])
                    if training["none"] + training["nan"]:
                        self.assertTrue(cells["none"] or cells["nan"], column["name"])
                self.assertEqual(test["tolerance"], [0] * len(payload["features"]))

    def test_patterns_of_missing_cells_are_in_the_rows(self) -> None:
        sample = np.random.RandomState(0).normal(size=(500, 3))
        sample[7, 0] = sample[123, 1:] = sample[300, ::2] = np.nan
        test = export(SimpleImputer().fit(sample), sample).payload["self_tests"][0]
        missing = [{index for index in range(3) if row in test["inputs"][index]["nan"]} for row in range(test["rows"])]
        for pattern in (set(), {0}, {1}, {2}, {1, 2}, {0, 2}):
            self.assertIn(pattern, missing)

    def test_clip(self) -> None:
        cells = np.array([0.0, 1.0, -1.0, 2.0, np.nan, 1e-45, -1e-45, 0.5])
        for low, high in ((0.0, 1.0), (-1.0, 0.0), (0.25, 0.5)):
            for dtype in ("float64", "float32"):
                typed = cells.astype(dtype)
                self.assertEqual(differing_bits(clip(typed, low, high), np.clip(typed, low, high)), 0)
                zero = clip(np.array([-0.0], dtype=dtype), low, high)  # +0.0 in NumPy 1, -0.0 in NumPy 2
                self.assertFalse(np.signbit(zero[0]))

    def test_split_entries_have_names_of_their_own(self) -> None:
        frame = pd.DataFrame({"t": ["u", "v"], "n": [1, 2], "s": ["p", "q"]})
        fitted = ColumnTransformer([("cat", OneHotEncoder(), ["t", "n", "s"]), ("cat:2", OneHotEncoder(), ["t"])]).fit(frame)
        entries = export(fitted, frame).payload["pipeline"]["transformers"]
        self.assertEqual([entry["name"] for entry in entries], ["cat", "cat:2'", "cat:3", "cat:2"])
        self.assertEqual([entry["columns"] for entry in entries], [[0], [1], [2], [0]])

    def test_unknown_category_is_in_the_rows_where_allowed(self) -> None:
        for name, allowed in (("one_hot_encoder", False), ("one_hot_encoder_ignore", True)):
            payload = export(*make_samples.make(name)[:2]).payload
            for column, cells in zip(payload["columns"], payload["self_tests"][0]["inputs"]):
                self.assertEqual(bool(set(cells["values"]) - set(column["training"]["values"])), allowed, name)

    def test_files_are_canonical(self) -> None:
        for name in make_samples.CASES:
            with self.subTest(name), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                data = prepguard.dumps(*make_samples.make(name)[:1], sample=make_samples.make(name).sample,
                                       provenance_date="")
                self.assertEqual(seal(prepguard.loads(data).payload), data)

    def test_no_rows(self) -> None:
        for name in ("mixed", "standard_scaler", "one_hot_encoder_ignore"):
            case = make_samples.make(name)
            artifact = export(case.fitted, case.sample)
            got = artifact.transform(case.serving.iloc[:0])
            self.assertEqual(got.shape, (0, len(artifact.feature_names_out)))
            self.assertEqual(got.dtype, np.float64)


def tearDownModule() -> None:
    print("\nparity: {artifacts} artifacts, {values} values with equal bits, {names} names equal".format(**Parity.counts))


if __name__ == "__main__":
    unittest.main()
