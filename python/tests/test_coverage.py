# SPDX-License-Identifier: MIT
"""docs/coverage.md is complete and true for the scikit-learn that is installed."""

from __future__ import annotations

import importlib
import inspect
import os
import re
import unittest
import warnings
from typing import Any, Callable, Iterator, NamedTuple

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.experimental import enable_iterative_imputer  # noqa: F401  makes IterativeImputer public
from sklearn.linear_model import LinearRegression
from sklearn.preprocessing import LabelBinarizer, LabelEncoder, StandardScaler
from sklearn.utils import all_estimators

import prepguard
from support import Case, differing_bits, export

PAGE = os.path.join(os.path.dirname(__file__), "..", "..", "docs", "coverage.md")
# every class of these has a row, whether it is a transformer or not
WHOLE = ("preprocessing", "impute", "compose", "pipeline", "feature_selection", "feature_extraction", "feature_extraction.text",
         "feature_extraction.image", "decomposition", "random_projection")
NO_ESTIMATORS = ("sklearn.feature_selection.SelectorMixin",)

NUMBERS = np.random.RandomState(0).gamma(2.0, 3.0, (40, 3))
GAPS = np.where(NUMBERS > 8.0, np.nan, NUMBERS)
WORDS = pd.DataFrame({"t": ["u", "v", "w", "u"] * 10})
FRAME = pd.DataFrame(NUMBERS, columns=["a", "b", "c"])


class Row(NamedTuple):
    """A class as the page describes it; `path` is where users import it from."""

    path: str
    exported: str
    options: str
    refused: str

    @property
    def name(self) -> str:
        return self.path.rpartition(".")[2]


def read_page() -> list[Row]:
    with open(PAGE, encoding="utf-8") as file:
        text = file.read()
    part = re.search(r"^## scikit-learn\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    assert part, "docs/coverage.md has no section on scikit-learn"
    rows, module = [], ""
    for line in part[1].splitlines():
        if line.startswith("### "):
            module = line[4:] + "." if line.startswith("### sklearn.") else ""
        elif line.startswith("| ") and not line.startswith("| class |"):
            name, *cells = (cell.strip() for cell in line.strip("|").split("|"))
            rows.append(Row(module + name, *cells))
    return rows


ROWS = read_page()


def find(row: Row) -> Any:
    """The class of a row; None if this scikit-learn has none."""
    module, _, name = row.path.rpartition(".")
    return getattr(importlib.import_module(module), name, None)


def installed() -> Iterator[tuple[str, Any]]:
    """Every class that should have a row."""
    for short in WHOLE:
        module = importlib.import_module(f"sklearn.{short}")
        for name in module.__all__:
            if inspect.isclass(getattr(module, name)) and f"sklearn.{short}.{name}" not in NO_ESTIMATORS:
                yield f"sklearn.{short}.{name}", getattr(module, name)
    yield from ((name, found) for name, found in all_estimators(type_filter="transformer"))


def in_columns(columns: Any) -> Any:
    return ColumnTransformer([("s", StandardScaler(), columns)])


# what has no default form, or does not read plain numbers: the object, and rows to fit it on
DEFAULTS: dict[str, Callable[[Any], tuple[Any, Any]]] = {
    "OneHotEncoder": lambda found: (found(), WORDS),
    "OrdinalEncoder": lambda found: (found(), WORDS),
    "SimpleImputer": lambda found: (found(), GAPS),
    "MissingIndicator": lambda found: (found(), GAPS),
    "ColumnTransformer": lambda found: (found([("s", StandardScaler(), ["a", "b"])]), FRAME),
    "make_column_selector": lambda found: (in_columns(found()), FRAME),
    "Pipeline": lambda found: (found([("s", StandardScaler())]), NUMBERS),
    "FeatureUnion": lambda found: (found([("s", StandardScaler())]), NUMBERS),
}
NEEDED = {"estimator": LinearRegression(), "estimators": [("l", LinearRegression())], "dictionary": np.eye(3)}


def make(found: Any) -> Any:
    """An object with what its class insists on."""
    needed = [name for name, parameter in inspect.signature(found).parameters.items()
              if parameter.default is parameter.empty and parameter.kind is parameter.POSITIONAL_OR_KEYWORD]
    return found(**{name: NEEDED[name] for name in needed})


def dense(result: Any) -> np.ndarray:
    return np.asarray(result.toarray() if hasattr(result, "toarray") else result, dtype=np.float64)


class Coverage(Case):
    def test_every_class_has_one_row(self) -> None:
        names = [row.path for row in ROWS]
        self.assertEqual(sorted(set(names)), sorted(names), "a class has two rows")
        described = {find(row) for row in ROWS}
        missing = sorted({path for path, found in installed() if found not in described})
        self.assertEqual(missing, [], "docs/coverage.md says nothing of these")

    def test_every_row_is_a_class(self) -> None:
        known = {row.path for row in ROWS if find(row)}
        newer = {row.path for row in ROWS if row.refused.startswith("since ")}
        self.assertEqual({row.path for row in ROWS} - known - newer, set(), "no such class; the newer ones say `since`")
        self.assertEqual({row.exported for row in ROWS} - {"yes", "no", "target"}, set())
        for row in ROWS:
            with self.subTest(row.path):
                self.assertTrue(row.options if row.exported != "no" else row.refused, "the row says nothing")

    def test_every_option_of_what_is_exported_is_named(self) -> None:
        for row, found in self.classes("yes"):
            for option in inspect.signature(found).parameters:
                with self.subTest(row.path, option=option):
                    self.assertIn(f"`{option}`", row.options)

    def test_yes_is_exported(self) -> None:
        for row, found in self.classes("yes"):
            with self.subTest(row.path), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                fitted, rows = DEFAULTS.get(row.name, lambda found: (found(), NUMBERS))(found)
                fitted.fit(rows)
                artifact = export(fitted, rows)
                got, want = artifact.transform(rows, dtype="float64"), dense(fitted.transform(rows))
                if any(test["tolerance"] != [0] * len(test["tolerance"]) for test in artifact.payload["self_tests"]):
                    np.testing.assert_allclose(got, want, rtol=1e-13, atol=1e-13)
                else:
                    self.assertEqual(differing_bits(got, want), 0)

    def test_no_is_refused_by_name(self) -> None:
        refused = 0
        for row, found in self.classes("no"):
            with self.subTest(row.path), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                fitted = make(found)
                with self.refused("bad_parameter", f".{row.name} is not supported"):
                    prepguard.dumps(fitted, sample=NUMBERS)
                refused += 1
        print(f"\ncoverage: {len(ROWS)} classes described, {refused} refused by name")

    def test_target_is_exported_as_a_target_only(self) -> None:
        fitted = {"LabelEncoder": LabelEncoder().fit(["a", "b"]), "LabelBinarizer": LabelBinarizer().fit(["a", "b"]),
                  "TransformedTargetRegressor": TransformedTargetRegressor(transformer=StandardScaler()).fit(NUMBERS, NUMBERS)}
        self.assertEqual(sorted(fitted), sorted(row.name for row, _ in self.classes("target")))
        for name, target in fitted.items():
            with self.subTest(name):
                self.assertEqual(len(export(StandardScaler().fit(NUMBERS), NUMBERS, target=target).payload["target"]), 1)
                with self.refused("bad_parameter", f".{name} is not supported"):
                    prepguard.dumps(target, sample=NUMBERS)

    def classes(self, exported: str) -> Iterator[tuple[Row, Any]]:
        for row in ROWS:
            if row.exported == exported and (found := find(row)) is not None:
                yield row, found


if __name__ == "__main__":
    unittest.main()
