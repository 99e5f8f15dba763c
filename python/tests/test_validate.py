# SPDX-License-Identifier: MIT
"""Reading refuses every inconsistent state, naming the place."""

from __future__ import annotations

import random
import unittest
from typing import Any

import numpy as np

from sklearn.preprocessing import FunctionTransformer

import make_samples
import prepguard
from prepguard.envelope import seal
from support import Case, export, set_at
from test_envelope import example

NUM = "['pipeline']['transformers'][0]"
IMPUTE = NUM + "['step']['steps'][0]['step']"
SCALE = NUM + "['step']['steps'][1]['step']"
TEXT = "['pipeline']['transformers'][1]['step']['steps'][0]['step']"
HOT = "['pipeline']['transformers'][1]['step']['steps'][1]['step']"
CATEGORIES = HOT + "['columns'][0]['categories']"
AGE, CITY = "['columns'][0]", "['columns'][2]"
TEST = "['self_tests'][0]"

# what is set, to what, code, words of the message
FAULTS: list[tuple[str, Any, str, str]] = [
    ("['library']", "other", "bad_state", "library"),
    ("['library_version']", "1.0", "bad_state", "X.Y.Z"),
    ("['library_version']", 1, "bad_format", "expected a string, got 1"),
    ("['provenance']['date']", "today", "bad_state", "provenance.date"),
    ("['provenance']['more']", "", "bad_format", "unknown key 'more'"),
    ("['extra']", 1, "bad_format", "unknown key 'extra'"),
    ("['dtype']", "float16", "bad_state", "float16"),
    ("['columns']", [], "bad_state", "columns"),
    ("['columns']", None, "bad_format", "null"),
    (AGE + "['name']", "", "bad_state", "columns[0]"),
    (AGE + "['name']", "city", "bad_state", "columns[2]"),
    (AGE + "['dtype']", "float16", "bad_state", "columns[0].dtype"),
    (AGE + "['dtype']", "string", "bad_format", "columns[0].training"),
    (AGE + "['dtype']", "int64", "bad_state", "columns[0].training.nan"),
    (AGE + "['used']", 1, "bad_format", "columns[0].used: expected true or false, got 1"),
    (AGE + "['training']['count']", 5.0, "bad_format", "expected an integer, got 5.0"),
    (AGE + "['training']['min']", 22, "bad_format", "expected a number with a point or exponent, got 22"),
    (AGE + "['training']['min']", 99.0, "bad_state", "columns[0].training.max"),
    (AGE + "['training']['std']", -1.0, "bad_state", "columns[0].training.std"),
    (AGE + "['training']['none']", 1, "bad_state", "columns[0].training.none"),
    (AGE + "['training']['nan']", 6, "bad_state", "columns[0].training.nan"),
    (AGE + "['training']['nan']", 5, "bad_state", "columns[0].training.quantiles"),
    (AGE + "['training']['quantiles'][3]", 20.0, "bad_state", "columns[0].training.quantiles[3]"),
    (AGE + "['training']['quantiles'][6]", 59.0, "bad_state", "columns[0].training.quantiles[6]"),
    (CITY + "['training']['values'][0]", "Zagreb", "bad_state", "columns[2].training.values[1]"),
    (CITY + "['training']['frequencies'][0]", 0, "bad_state", "columns[2].training.frequencies[0]"),
    (CITY + "['training']['frequencies']", [1], "bad_state", "columns[2].training.frequencies"),
    (CITY + "['training']['other']", 1, "bad_state", "columns[2].training.count"),
    (CITY + "['training']['none']", 1, "bad_state", "columns[2].training"),
    ("['pipeline']['type']", "kernel_centerer", "bad_version", "unknown step 'kernel_centerer'"),
    (SCALE + "['type']", "power_of_two", "bad_version", "transformers[0].step.steps[1].step.type"),
    (SCALE + "['version']", 2, "bad_version", "standard_scaler version 2"),
    (SCALE + "['version']", 0, "bad_state", "version"),
    (SCALE + "['clip']", True, "bad_format", "unknown key 'clip'"),
    (SCALE + "['contract']", "onnx", "bad_state", "contract"),
    (HOT + "['contract']", "sklearn_float32_coefficients", "bad_state", "contract"),
    (SCALE + "['inputs']", 3, "bad_state", "steps[1].step.inputs: expected 2, got 3"),
    (SCALE + "['scale']['values'][1]", 0.0, "bad_state",
     "pipeline.transformers[0].step.steps[1].step.scale.values[1]: expected a number > 0, got 0.0"),
    (SCALE + "['scale']['values'][1]", -1.0, "bad_state", "scale.values[1]"),
    (SCALE + "['scale']['values'][1]", 1, "bad_format", "scale.values[1]"),
    (SCALE + "['scale']['values']", [1.0], "bad_state", "scale: expected 2 values, got 1"),
    (SCALE + "['scale']['dtype']", "int64", "bad_format", "scale.values[0]"),
    (SCALE + "['scale']['dtype']", "float32", "bad_format", "is not a float32"),
    (SCALE + "['scale']['dtype']", "decimal", "bad_state", "scale.dtype"),
    (SCALE + "['scale']['none']", [0], "bad_state", "scale.none"),
    (SCALE + "['scale']['nan']", [0], "bad_state", "expected 0.0 at a missing position"),
    (SCALE + "['mean']['nan']", [2], "bad_state", "mean.nan[0]"),
    (SCALE + "['mean']", {"dtype": "float64", "values": [0.0, 1.0], "none": [], "nan": [0]}, "bad_state",
     "undefined for different columns"),
    (SCALE + "['mean']", {"dtype": "float64", "values": [-0.0, 1.0], "none": [], "nan": [0]}, "bad_state", "-0.0"),
    (SCALE + "['with_mean']", False, "bad_state", "mean: expected 0 values, got 2"),
    (IMPUTE + "['strategy']", "guess", "bad_state", "strategy"),
    (IMPUTE + "['missing']", "empty", "bad_state", "missing"),
    (IMPUTE + "['missing']", "value", "bad_state", "sentinel: expected 1 values, got 0"),
    (IMPUTE + "['fill']['values']", [1.0], "bad_state", "fill: expected 2 values, got 1"),
    (IMPUTE + "['fill']", {"dtype": "int64", "values": [1, 2], "none": [], "nan": []}, "bad_state", "fill.dtype"),
    (IMPUTE + "['fill']", {"dtype": "string", "values": ["a", "b"], "none": [], "nan": []}, "bad_state", "fill.dtype"),
    (IMPUTE + "['indicator']", [1, 0], "bad_state", "indicator[1]"),
    (IMPUTE + "['indicator']", [0], "bad_state", "steps[1].step.inputs: expected 3, got 2"),
    (TEXT + "['indicator']", [0], "bad_state", "indicator"),
    (TEXT + "['fill']['none']", [0], "bad_state", "fill.values[0]"),
    (HOT + "['handle_unknown']", "warn", "bad_state", "handle_unknown"),
    (HOT + "['handle_unknown']", "first_column", "bad_state", "first_column"),
    (HOT + "['columns']", [], "bad_state", "columns: expected 1, got 0"),
    (CATEGORIES + "['values']", [], "bad_state", "at least one category"),
    (CATEGORIES + "['values'][1]", "Lima", "bad_state", "duplicate category 'Lima'"),
    (CATEGORIES, {"dtype": "float64", "values": [1.0], "none": [], "nan": []}, "bad_state", "categories.dtype"),
    (CATEGORIES + "['nan']", [1], "bad_state", "categories.values[1]"),
    (HOT + "['columns'][0]['infrequent']", [3], "bad_state", "infrequent[0]"),
    (HOT + "['columns'][0]['infrequent']", [1, 1], "bad_state", "infrequent[1]"),
    (HOT + "['columns'][0]['drop']", 3, "bad_state", "drop: expected -1 to 2, got 3"),
    (HOT + "['columns'][0]['drop']", 0, "bad_state", "features: expected 4 names"),
    (NUM + "['columns']", [], "bad_state", "transformers[0].columns"),
    (NUM + "['columns'][1]", 3, "bad_state", "columns[1]: expected a position below 3, got 3"),
    (NUM + "['columns'][1]", -1, "bad_state", "columns[1]"),
    (NUM + "['columns'][1]", 2, "bad_state", "expected columns of one kind"),
    (NUM + "['weight']", 1, "bad_format", "weight"),
    (NUM + "['name']", "cat", "bad_state", "transformers[1]"),
    (NUM + "['step']['steps']", [], "bad_state", "at least one step"),
    (NUM + "['step']['steps'][1]['name']", "impute", "bad_state", "steps[1]"),
    (NUM + "['step']['steps'][1]['name']", "a__b", "bad_state", "'__'"),
    ("['pipeline']['transformers']", [], "bad_state", "transformers"),
    ("['pipeline']['inputs']", 2, "bad_state", "pipeline.inputs"),
    ("['pipeline']", [], "bad_format", "pipeline: expected an object, got a list"),
    ("['features'][1]", "num__age", "bad_state", "features[1]"),
    ("['features'][1]", "", "bad_state", "features[1]"),
    ("['models']", [{"file": "a/b", "bytes": 1, "sha256": "0" * 64}], "bad_state", "models[0].file"),
    ("['models']", [{"file": "a", "bytes": -1, "sha256": "0" * 64}], "bad_state", "models[0].bytes"),
    ("['models']", [{"file": "a", "bytes": 1, "sha256": "0" * 63 + "A"}], "bad_state", "models[0].sha256"),
    ("['models']", [{"file": "a", "bytes": 1, "sha256": "0" * 64}] * 17, "bad_state", "at most 16"),
    ("['policy']", [{"check": "magic", "action": "fail", "column": "", "value": 0.0}], "bad_state", "policy[0].check"),
    ("['policy']", [{"check": "inf", "action": "panic", "column": "", "value": 0.0}], "bad_state", "policy[0].action"),
    ("['policy']", [{"check": "inf", "action": "fail", "column": "x", "value": 0.0}], "bad_state", "policy[0].column"),
    ("['self_tests']", [], "bad_state", "self_tests"),
    (TEST + "['dtype']", "float32", "bad_state", "self_tests[0].dtype"),
    (TEST + "['rows']", True, "bad_format", "expected an integer, got True"),
    (TEST + "['rows']", 0, "bad_state", "self_tests[0].rows"),
    (TEST + "['rows']", 3, "bad_state", "self_tests[0].inputs[0].values: expected 3 values"),
    (TEST + "['inputs']", [], "bad_state", "self_tests[0].inputs"),
    (TEST + "['tolerance']", [0], "bad_state", "self_tests[0].tolerance"),
    (TEST + "['tolerance'][0]", -1, "bad_state", "self_tests[0].tolerance[0]"),
    (TEST + "['expected']['values'][0]", -0.7338501729418435, "self_test_failed", "row 0, feature 'num__age'"),
    (TEST + "['expected']['values'][3]", -0.0, "self_test_failed", "row 0, feature 'cat__city_Oslo'"),
    (SCALE + "['mean']['values'][0]", 38.900000000000006, "self_test_failed", "values differ"),
]


class Faults(Case):
    def test_the_example_itself(self) -> None:
        prepguard.loads(seal(example()))

    def test_table(self) -> None:
        for path, value, code, words in FAULTS:
            with self.subTest(path=path, value=value), self.refused(code, words):
                prepguard.loads(seal(set_at(example(), path, value)))

    def test_every_key_is_needed(self) -> None:
        removed = 0
        for path in _paths_of_keys(example()):
            payload = example()
            *parents, key = path
            holder = payload
            for part in parents:
                holder = holder[part]
            del holder[key]
            with self.subTest(path=path), self.refused("bad_format", str(key)):
                prepguard.loads(seal(payload))
            removed += 1
        self.assertGreater(removed, 150)
        print(f"\nvalidate: {len(FAULTS)} faults and {removed} missing keys refused")

    def test_any_key_order_is_read_and_written_canonically(self) -> None:
        shuffled = _shuffle(example(), random.Random(0))
        self.assertNotEqual(list(shuffled), list(example()))
        self.assertEqual(seal(prepguard.loads(seal(shuffled)).payload), seal(example()))

    def test_categories_are_values_of_the_type(self) -> None:
        case = make_samples.make("one_hot_encoder_float32_infrequent")
        payload = export(case.fitted, case.sample).payload
        self.assertEqual(payload["dtype"], "float32")
        payload["pipeline"]["columns"][0]["categories"].update(dtype="float64", values=[0.1, 0.3, 0.7, 5.0])
        with self.refused("bad_state", "pipeline.columns[0].categories.values[0]", "0.1", "not a float32"):
            prepguard.loads(seal(payload), verify=False)

    def test_ordinal_nodes(self) -> None:
        """Codes that contradict each other or the type."""
        case = make_samples.make("ordinal_encoder_float_nan")
        for place, value, words in (
                ("['handle_unknown']", "ignore", "handle_unknown: expected one of error, use_encoded_value"),
                ("['handle_unknown']", "error", "unknown_value: expected 0 float64, got 1"),
                ("['columns']", [], "columns: expected 2, got 0"),
                ("['columns'][0]['first_code']", 1, "first_code: expected 0, got 1"),
                ("['columns'][0]['infrequent']", [4], "infrequent: expected categories other than NaN"),
                ("['columns'][0]['infrequent']", [5], "infrequent[0]"),
                ("['columns'][1]['categories']['values'][0]", 9.0, "expected ascending numbers"),
                ("['unknown_value']", _codes(), "unknown_value: expected 1 float64, got 0"),
                ("['unknown_value']", _codes(3.0), "unknown_value.values[0]: expected a code no category has, got 3.0"),
                ("['unknown_value']", {**_codes(-1.0), "dtype": "float32"}, "unknown_value: expected 1 float64, got 1 float32"),
                ("['encoded_missing_value']", _codes(), "encoded_missing_value: expected 1 float64"),
                ("['encoded_missing_value']", _codes(0.0), "encoded_missing_value.values[0]")):
            with self.subTest(words), self.refused("bad_state", words):
                prepguard.loads(seal(set_at(export(case.fitted, case.sample).payload, "['pipeline']" + place, value)))
        float32 = make_samples.make("ordinal_encoder_float32")
        for place, value, words in (
                ("['unknown_value']", _codes(16777217.0), "unknown_value.values[0]: 16777217.0 is not a float32"),
                ("['columns'][0]['categories']", {**_codes(0.1, 0.3, 0.7, 5.0)}, "categories.values[0]: 0.1 is not a float32")):
            payload = set_at(export(float32.fitted, float32.sample).payload, "['pipeline']" + place, value)
            with self.subTest(words), self.refused("bad_state", words):
                prepguard.loads(seal(payload))

    def test_a_keras_vocabulary(self) -> None:
        """Sorted by count, codes from 1, 0 for what is not in it: Keras' IntegerLookup."""
        case = make_samples.make("ordinal_encoder_int")
        payload = export(case.fitted, case.sample[["a", "b"]]).payload
        vocabulary = {"dtype": "int64", "values": [36, 12, 1138], "none": [], "nan": []}
        payload["pipeline"].update(contract="keras", unknown_value=_codes(0.0), columns=[
            {"categories": vocabulary, "infrequent": [], "first_code": 1} for _ in "ab"])
        got = prepguard.loads(seal(payload), verify=False).transform(np.array([[12.0, 5.0], [1138.0, 36.0]]))
        self.assertEqual(got.tolist(), [[2.0, 0.0], [3.0, 1.0]])

    def test_undefined_statistics_are_state(self) -> None:
        payload = example()
        scaler = payload["pipeline"]["transformers"][0]["step"]["steps"][1]["step"]
        for key in ("mean", "scale"):
            scaler[key].update(values=[0.0, scaler[key]["values"][1]], nan=[0])
        artifact = prepguard.loads(seal(payload), verify=False)
        self.assertTrue(np.isnan(artifact.transform([[1.0, 2.0, "Oslo"]])[:, 0]).all())

    def test_containers(self) -> None:
        case = make_samples.make("standard_scaler")
        payload = export(case.fitted, case.sample).payload
        for depth in range(1, 10):
            payload = {**payload, "pipeline": {"type": "pipeline", "version": 1, "inputs": 5,
                                               "steps": [{"name": "s", "step": payload["pipeline"]}]}}
            if depth <= 8:
                prepguard.loads(seal(payload))
        with self.refused("bad_state", "nested containers"):
            prepguard.loads(seal(payload))

    def test_tolerance(self) -> None:
        """It counts eps of the larger of 1 and what is expected, and is at most what the steps imply."""
        rows = np.array([[0.5], [3.0]])
        payload = prepguard.loads(prepguard.dumps(FunctionTransformer(np.log1p), sample=rows)).payload
        want = payload["self_tests"][0]["expected"]["values"][1]
        payload = set_at(payload, TEST + "['expected']['values'][1]", want + 3 * 2.0**-52)
        for ulps, error in ((3, None), (2, "self_test_failed"), (9, "bad_state"), (8, None)):
            with self.subTest(ulps):
                data = seal(set_at(payload, TEST + "['tolerance'][0]", ulps))
                if error:
                    with self.refused(error):
                        prepguard.loads(data)
                else:
                    prepguard.loads(data)
        with self.refused("bad_state", "self_tests[0].tolerance[0]", "0 to 0"):
            prepguard.loads(seal(set_at(example(), TEST + "['tolerance'][0]", 1)))


def _codes(*values: float) -> dict[str, Any]:
    return {"dtype": "float64", "values": list(values), "none": [], "nan": []}


def _paths_of_keys(value: Any, path: tuple = ()) -> list[tuple]:
    found = []
    if isinstance(value, dict):
        for key, child in value.items():
            found.append((*path, key))
            found += _paths_of_keys(child, (*path, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            found += _paths_of_keys(child, (*path, index))
    return found


def _shuffle(value: Any, generator: random.Random) -> Any:
    if isinstance(value, dict):
        keys = list(value)
        generator.shuffle(keys)
        return {key: _shuffle(value[key], generator) for key in keys}
    return [_shuffle(child, generator) for child in value] if isinstance(value, list) else value


if __name__ == "__main__":
    unittest.main()
