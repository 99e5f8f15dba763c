# SPDX-License-Identifier: MIT
"""The search for a small case, proven on faults put in by hand."""

from __future__ import annotations

import contextlib
import io
import json
import os
import tempfile
import unittest
from dataclasses import replace
from typing import Any
from unittest import mock

import numpy as np

import engines
from compare import Case, Job, Outcome, run
from main import case_of
from reproducer import program
from shrink import shrink
from specs import Group, Leaf, Part, build, kinds, size, source


def faulty(kind: str, key: str, value: Any) -> Any:
    """An engine that gets the last bit wrong wherever a step of this kind has this state."""
    def inside(node: Any) -> bool:
        if isinstance(node, dict):
            return (node.get("type") == kind and node.get(key) == value) or any(map(inside, node.values()))
        return isinstance(node, list) and any(map(inside, node))

    def engine(jobs: list[Job]) -> list[Any]:
        made = engines.twin(jobs)
        for job, matrix in zip(jobs, made):
            if not isinstance(matrix, str) and inside(json.loads(job.artifact)["payload"]["pipeline"]):
                matrix[-1, -1] = np.nextafter(matrix[-1, -1], np.inf)
        return made
    return engine


class Shrinker(unittest.TestCase):
    def find(self, engine: Any, seed: int) -> tuple[Case, Outcome]:
        for number in range(300):
            case = case_of(seed, number)
            outcome = run([case], {"faulty": engine})[0]
            if outcome.failed and size(case.node) > 12 and case.sample.shape[1] > 2:
                return case, outcome
        self.fail("no large case shows the fault")

    def test_faults(self) -> None:
        for kind, key, value, want in (
                ("min_max_scaler", "clip", True, "MinMaxScaler(clip=True)"),
                ("standard_scaler", "with_mean", False, "StandardScaler(with_mean=False)"),
                ("simple_imputer", "strategy", "most_frequent", "SimpleImputer(strategy='most_frequent')")):
            with self.subTest(want):
                engine = faulty(kind, key, value)
                case, outcome = self.find(engine, 5)
                small, failure = shrink(case, outcome.failed, {"faulty": engine}, 60)
                self.assertEqual(source(small.node), want)
                self.assertEqual((small.sample.shape, len(small.serving), small.serving[0].shape), ((1, 1), 1, (1, 1)))
                self.assertIn("values differ", failure)
                print(f"\nshrunk from {size(case.node)} words, {case.sample.shape} to {want}, {small.sample.shape}")

    def test_reproducer_runs(self) -> None:
        """The printed program stands alone, and shows both answers in each type."""
        for number in (3, 4, 5):
            case = case_of(7, number)
            case = replace(case, serving=case.serving[-1:])  # rows that it takes
            if run([case], {})[0].refused:
                continue
            text, before = program(case, "bits differ"), os.getcwd()
            out = io.StringIO()
            with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(out), \
                    mock.patch("sys.argv", ["reproducer"]):
                os.chdir(folder)
                try:
                    exec(compile(text, "reproducer", "exec"), {"__name__": "reproducer"})
                finally:
                    os.chdir(before)
            self.assertRegex(out.getvalue(), r"float(32|64)\nscikit-learn\n\[\[.*\ntwin\n\[\[")


class Generator(unittest.TestCase):
    def test_a_case_is_fixed_by_its_number(self) -> None:
        for number in range(10):
            first, second = case_of(11, number), case_of(11, number)
            self.assertEqual(source(first.node), source(second.node))
            self.assertEqual(np.asarray(first.sample, dtype=object).tolist().__repr__(),
                             np.asarray(second.sample, dtype=object).tolist().__repr__())

    def test_source_builds_what_it_says(self) -> None:
        node = Group("ColumnTransformer", (Part("a", Leaf("StandardScaler", (("with_mean", "False"),)), (2, 0), "negative"),
                                           Part("b", Leaf("drop"), (1,), "mask")),
                     (("transformer_weights", "{'a': 0.5}"),), Leaf("MinMaxScaler"), None, 4)
        self.assertEqual(source(node), "ColumnTransformer([('a', StandardScaler(with_mean=False), [-2, -4]), "
                                       "('b', 'drop', [False, True, False, False])], remainder=MinMaxScaler(), "
                                       "transformer_weights={'a': 0.5})")
        rows = np.arange(12.0).reshape(3, 4) ** 2
        self.assertEqual(build(node).fit_transform(rows).shape, (3, 3))

    def test_depth_and_variety(self) -> None:
        seen: set[str] = set()
        deepest = 0
        for number in range(150):
            node = case_of(13, number).node
            seen |= kinds(node)
            deepest = max(deepest, depth(node))
        self.assertLessEqual({"Pipeline", "ColumnTransformer", "FeatureUnion", "passthrough", "drop"}, seen)
        self.assertGreaterEqual(deepest, 4)


def depth(node: Any) -> int:
    """Containers inside each other."""
    return 0 if isinstance(node, Leaf) else 1 + max(depth(part.step) for part in node.parts)


if __name__ == "__main__":
    unittest.main()
