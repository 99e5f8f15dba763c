# SPDX-License-Identifier: MIT
"""Keras layers read by attribute: stand-ins with the public attributes, Keras's documented examples, a real archive."""

from __future__ import annotations

import json
import os
import tempfile
import unittest
import warnings
import zipfile
from typing import Any

import numpy as np
import pandas as pd

import keras_standins as standins
import prepguard
from keras_standins import FLOAT
from prepguard.arrays import unpack
from prepguard.hashes import farmhash, siphash
from prepguard.keras.hdf5 import read_datasets
from support import Case, differing_bits, export

GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tests", "golden")
ARCHIVE = os.path.join(GOLDEN, "column_transformer_keras.keras")


def rows(seed: int = 0, count: int = 300) -> np.ndarray:
    r = np.random.RandomState(seed)
    return np.column_stack([r.normal(100, 3, count), r.normal(0, 1e-3, count), r.uniform(-9e6, 1e3, count)]).astype(FLOAT)


def text(*columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame({f"t{j}": pd.Series(cells, dtype=object) for j, cells in enumerate(columns)})


def types(artifact: prepguard.Artifact) -> list[str]:
    node = artifact.payload["pipeline"]
    return [entry["step"]["type"] for entry in node["steps"]] if node["type"] == "pipeline" else [node["type"]]


class Layers(Case):
    def replays(self, layer: Any, sample: Any, serving: Any = None, **options: Any) -> prepguard.Artifact:
        """Exports, and compares the twin's bits with the layer's answers."""
        artifact = export(layer, sample, **options)
        serving = sample if serving is None else serving
        want = np.asarray(layer(np.asarray(serving)))
        self.assertEqual(differing_bits(artifact.transform(serving), want.astype(FLOAT)), 0)
        return artifact

    def test_normalization(self) -> None:
        data = rows()
        mean, variance = data.mean(axis=0), data.var(axis=0)
        artifact = self.replays(standins.normalization(mean, variance), data, data[::-1])
        self.assertEqual((artifact.dtype, types(artifact)), ("float32", ["standard_scaler"]))
        self.assertEqual([test["dtype"] for test in artifact.payload["self_tests"]], ["float32"])
        self.assertEqual(artifact.payload["pipeline"]["contract"], "keras")
        one = self.replays(standins.normalization([3.25], [7.5], axis=()), data)
        self.assertEqual(one.payload["pipeline"]["mean"]["values"], [3.25] * 3)
        self.assertEqual(types(self.replays(standins.normalization(mean, variance, invert=True), data)), ["min_max_scaler"])

    def test_normalization_of_xla(self) -> None:
        """A backend that multiplies with the reciprocal is found by running it."""
        data = rows()
        layer = standins.normalization(data.mean(axis=0), data.var(axis=0), multiplies=True)
        self.assertEqual(types(self.replays(layer, data)), ["standard_scaler", "min_max_scaler"])
        other = standins.make("Normalization", lambda x: (x - layer.mean) * FLOAT(1.5), mean=layer.mean,
                              variance=layer.variance, axis=(-1,), invert=False)
        with self.refused("self_test_failed", "Normalization", "neither", "1 / scale"):
            export(other, data)

    def test_normalization_of_a_constant_column(self) -> None:
        layer = standins.normalization([1.0, 2.0], [0.0, 4.0])
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            data = prepguard.dumps(layer, sample=np.array([[1.0, 3.0], [1.0, 5.0]], FLOAT), columns=["flat", "other"])
        self.assertIn("column 'flat' was constant in training; Keras divides it by 1e-07", str(caught[0].message))
        self.assertEqual(prepguard.loads(data).payload["pipeline"]["scale"]["values"][0], float(FLOAT(1e-7)))

    def test_normalization_refused(self) -> None:
        data = rows()
        fine = (data.mean(axis=0), data.var(axis=0))
        with self.refused("bad_parameter", "Normalization 'normalization'", "axis=(1, 2)", "axis=-1", "axis=None"):
            export(standins.normalization(*fine, axis=(1, 2)), data)
        with self.refused("bad_shape", "mean is not set", "call adapt"):
            export(standins.make("Normalization", axis=(-1,), invert=False, mean=None, variance=None), data)
        with self.refused("bad_parameter", "mean with nan", "NaN"):
            export(standins.normalization([1.0, np.nan, 0.0], fine[1]), data)
        with self.refused("bad_shape", "shape (2,)", "3 columns"):
            export(standins.normalization([1.0, 2.0], [1.0, 2.0]), data)
        with self.refused("bad_parameter", "a variance of -1.0"):
            export(standins.normalization(fine[0], [1.0, -1.0, 1.0]), data)
        with self.refused("bad_parameter", "compute dtype 'float16'", "float32"):
            export(standins.normalization(*fine, compute_dtype="float16"), data)
        with self.refused("bad_schema", "reads numbers", "'t0' is text"):
            export(standins.normalization([1.0], [1.0]), text(["a"]))
        layer = standins.normalization(*fine)
        layer.mean = np.zeros((1, 1, 3), FLOAT)
        with self.refused("bad_parameter", "an input of rank 3"):
            export(layer, data)

    def test_rescaling(self) -> None:
        data = rows()
        self.replays(standins.rescaling(1 / 255.0), data)
        self.replays(standins.rescaling([0.1, -0.7, 3.1], [0.3, 0.0, -1e5]), data)
        with self.refused("bad_parameter", "Rescaling", "scale=0"):
            export(standins.rescaling(0.0), data)
        with self.refused("bad_shape", "offset has shape (2,)"):
            export(standins.rescaling(1.0, [1.0, 2.0]), data)

    def test_discretization(self) -> None:
        """The documented example, and boundaries that are no float32: rounded to nearest, or compared as doubles."""
        data = np.array([[-1.5, 1.0, 3.4, 0.5], [0.0, 3.0, 1.3, 0.0]], FLOAT)
        artifact = self.replays(standins.discretization([0.0, 1.0, 2.0]), data)
        self.assertEqual(artifact.transform(data).tolist(), [[0, 2, 3, 1], [1, 3, 2, 1]])
        cells = np.array([[0.1, 0.2, 0.3, 0.7, 1.1]], FLOAT).T
        near = np.concatenate([np.nextafter(cells, FLOAT(-9)), cells, np.nextafter(cells, FLOAT(9))])
        for rounds in (True, False):
            self.replays(standins.discretization([0.1, 0.2, 0.3, 0.7, 1.1], rounds), near)
            for mode in ("one_hot", "multi_hot", "count"):
                self.replays(standins.discretization([0.1, 0.2, 0.3, 0.7, 1.1], rounds, output_mode=mode), near)
        with self.refused("bad_parameter", "Discretization", "bin_boundaries=[1.0, 0.0]", "ascend"):
            export(standins.discretization([1.0, 0.0]), data)
        with self.refused("bad_parameter", "output_mode='one_hot' over 4 columns", "multi_hot"):
            export(standins.discretization([0.0], output_mode="one_hot"), data)
        with self.refused("bad_shape", "bin_boundaries is not set", "adapt"):
            export(standins.make("Discretization", bin_boundaries=None), data)

    def test_category_encoding(self) -> None:
        """The documented examples."""
        column = np.array([[3], [2], [0], [1]])
        self.replays(standins.category_encoding(4, "one_hot"), column)
        pairs = np.array([[0, 1], [0, 0], [1, 2], [3, 1]])
        multi = self.replays(standins.category_encoding(4, "multi_hot"), pairs, columns=["a", "b"])
        self.assertEqual(multi.transform(pairs).tolist(), [[1, 1, 0, 0], [1, 0, 0, 0], [0, 1, 1, 0], [0, 1, 0, 1]])
        self.assertEqual(multi.feature_names_out, ["a+b_0", "a+b_1", "a+b_2", "a+b_3"])
        count = self.replays(standins.category_encoding(4, "count"), pairs)
        self.assertEqual(count.transform(pairs).tolist(), [[1, 1, 0, 0], [2, 0, 0, 0], [0, 1, 1, 0], [0, 1, 0, 1]])
        self.assertEqual([test["dtype"] for test in count.payload["self_tests"]], ["float32", "float64"])
        for bad in (4.0, -1.0, 0.5, np.nan):
            with self.refused("unknown_category", "row 0", "'x1'"):
                count.transform(np.array([[0.0, bad]]))
        with self.refused("bad_parameter", "sparse=True", "sparse=False"):
            export(standins.category_encoding(4, "count", sparse=True), pairs)

    def test_string_lookup(self) -> None:
        """The documented examples: indices, several columns, tf_idf, masks."""
        words = text(["a", "d"], ["c", "z"], ["d", "b"])
        known = ["a", "b", "c", "d"]
        self.assertEqual(self.replays(standins.lookup("StringLookup", known), words).transform(words).tolist(),
                         [[1, 3, 4], [4, 0, 2]])
        for mode in ("multi_hot", "count"):
            self.replays(standins.lookup("StringLookup", known, output_mode=mode), words)
        four = text(["a", "d"], ["c", "z"], ["d", "b"], ["d", "z"])
        weights = FLOAT([0.5, 0.25, 0.75, 0.6, 0.4])
        idf = self.replays(standins.lookup("StringLookup", known, output_mode="tf_idf", idf_weights_const=weights), four)
        want = FLOAT([[0, 0.25, 0, 0.6, 0.8], [1.0, 0, 0.75, 0, 0.4]])
        self.assertEqual(differing_bits(idf.transform(four), want), 0)
        one = text(["a", "", "b", "q"])
        hot = self.replays(standins.lookup("StringLookup", ["b", "a"], output_mode="one_hot"), one)
        self.assertEqual(hot.feature_names_out, ["t0_[UNK]", "t0_b", "t0_a"])
        for mode in ("int", "one_hot", "multi_hot", "count"):
            self.replays(standins.lookup("StringLookup", ["b", "a"], mask_token="", output_mode=mode), one)
        padded = standins.lookup("StringLookup", ["b", "a"], output_mode="count", pad_to_max_tokens=True, max_tokens=5)
        self.assertEqual(self.replays(padded, one).feature_names_out[3:], ["t0_pad_3", "t0_pad_4"])

    def test_integer_lookup(self) -> None:
        """The documented examples."""
        known = [12, 36, 1138, 42]
        data = np.array([[12, 1138, 42], [37, 1000, 36]])
        two = self.replays(standins.lookup("IntegerLookup", known, num_oov_indices=2), data)
        self.assertEqual(two.transform(data).tolist(), [[2, 4, 5], [1, 0, 3]])
        strict = self.replays(standins.lookup("IntegerLookup", known, num_oov_indices=0, mask_token=0), data[:1])
        self.assertEqual(strict.transform(np.array([[0, 12, 42]])).tolist(), [[0, 1, 4]])
        with self.refused("unknown_category", "row 0", "'x2'", "13 is not in the vocabulary of 4"):
            strict.transform(np.array([[12, 12, 13]]))
        large = standins.lookup("IntegerLookup", [2**24, 5])
        self.assertEqual(self.replays_as_double(large, np.array([[5], [2**24]])).dtype, "float64")
        with self.refused("bad_state", "no neighbour", "16777216"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            export({"a": large, "b": standins.rescaling(2.0)}, pd.DataFrame({"a": [5, 7], "b": FLOAT([1, 2])}))

    def replays_as_double(self, layer: Any, data: np.ndarray) -> prepguard.Artifact:
        artifact = export(layer, data)
        self.assertEqual(artifact.transform(data).tolist(), np.asarray(layer(data)).tolist())
        return artifact

    def test_hashing(self) -> None:
        """The documented examples."""
        letters = list("ABCDE")
        for answers, options in (([1, 0, 1, 1, 2], {}), ([1, 2, 1, 0, 2], {"salt": [133, 137]}),
                                 ([0, 0, 2, 1, 0], {"salt": [133, 133]})):
            self.replays(standins.hashing(3, dict(zip(letters, answers)), **options), text(letters))
        known = {"A": 1, "B": 1, "": 0, "C": 2, "D": 2}
        self.replays(standins.hashing(3, known, mask_value=""), text(list(known)))

    def test_hash_vectors(self) -> None:
        """The SipHash paper's own vector, and TensorFlow's documented buckets."""
        self.assertEqual(siphash(bytes(range(15)), (0x0706050403020100, 0x0F0E0D0C0B0A0908)), 0xA129CA6149BE45E5)
        self.assertEqual([farmhash(word) % 3 for word in (b"Hello", b"TensorFlow", b"2.x")], [0, 2, 2])

    def test_refused_by_name(self) -> None:
        words = text(["a", "b"])
        for options, parts in (({"invert": True}, ("invert=True", "from values to indices")),
                               ({"encoding": "latin-1"}, ("encoding='latin-1'", "'utf-8'")),
                               ({"output_mode": "sum"}, ("output_mode='sum'", "one_hot", "tf_idf"))):
            with self.refused("bad_parameter", "StringLookup 'stringlookup'", *parts):
                export(standins.lookup("StringLookup", ["a"], **options), words)
        with self.refused("bad_shape", "vocabulary is empty", "adapt"):
            export(standins.lookup("StringLookup", []), words)
        with self.refused("bad_schema", "StringLookup", "reads text"):
            export(standins.lookup("StringLookup", ["a"]), rows())
        for kind in ("TextVectorization", "HashedCrossing", "Dense", "Dropout"):
            with self.refused("bad_parameter", kind, "supported: CategoryEncoding, Discretization, Hashing"):
                export(standins.make(kind, lambda x: x), rows())

    def test_missing_text_is_no_token(self) -> None:
        artifact = export(standins.lookup("StringLookup", ["a"]), text(["a", "b"]))
        with self.refused("unknown_category", "missing value", "a token of its own"):
            artifact.transform(text(["a", None]))  # type: ignore[list-item]


class Models(Case):
    def frame(self) -> pd.DataFrame:
        r = np.random.RandomState(3)
        return pd.DataFrame({"mass": r.normal(4200, 800, 60).astype(FLOAT),
                             "island": pd.Series(r.choice(["Biscoe", "Dream", "Åland"], 60), dtype=object),
                             "year": r.choice([2007, 2008, 2009], 60)})

    def named(self, *layers: Any) -> list[Any]:
        for layer, name in zip(layers, ("norm", "islands", "years", "join", "last")):
            layer.name = name
        return list(layers)

    def test_sequential(self) -> None:
        data = rows()
        model = standins.sequential(standins.rescaling(0.5, 1.0), standins.normalization([0.1] * 3, [9.0] * 3),
                                    standins.make("SafeDivide", lambda x: x / (np.abs(x) + FLOAT(0.3)), epsilon=0.3))
        artifact = export(model, data)
        self.assertEqual(types(artifact), ["min_max_scaler", "standard_scaler", "safe_divide"])
        self.assertEqual(differing_bits(artifact.transform(data), model(data)), 0)

    def test_columns_to_layers(self) -> None:
        frame = self.frame()
        artifact = export({"island": standins.lookup("StringLookup", ["Dream", "Biscoe"], output_mode="one_hot"),
                           ("year", "mass"): standins.rescaling([2.0, 0.5])}, frame)
        self.assertEqual(artifact.feature_names_out, ["island_[UNK]", "island_Dream", "island_Biscoe", "year", "mass"])
        got = artifact.transform(frame.iloc[::-1])[::-1]
        self.assertEqual(got[:, 3].tolist(), (frame["year"] * 2.0).tolist())
        self.assertEqual(got[:, 1].tolist(), (frame["island"] == "Dream").astype(float).tolist())
        with self.refused("bad_parameter", "'year' is mapped to int", "a layer"):
            export({"mass": standins.rescaling(2.0), "year": 3}, frame)
        with self.refused("bad_schema", "column 'none' is missing"):
            export({"none": standins.rescaling(2.0)}, frame)

    def functional(self, after: Any = None) -> Any:
        norm, islands, years, join = self.named(
            standins.normalization([4200.0], [640000.0]),
            standins.lookup("StringLookup", ["Dream", "Biscoe"], output_mode="one_hot"),
            standins.lookup("IntegerLookup", [2008, 2007], num_oov_indices=0, output_mode="one_hot",
                            mask_token=2009), standins.make("Concatenate", axis=-1))
        calls = [(norm, ["mass"]), (islands, ["island"]), (years, ["year"]), (join, ["norm", "islands", "years"])]
        if after is not None:
            after.name = "last"
            calls.append((after, ["join"]))

        def call(x: Any) -> Any:
            parts = [norm(x["mass"]), islands(x["island"]), years(x["year"])]
            joined = np.concatenate([np.asarray(part, dtype=FLOAT) for part in parts], axis=1)
            return joined if after is None else after(joined)

        return standins.functional({"mass": (1, "float32"), "island": (1, "string"), "year": (1, "int64")}, calls, call)

    def test_functional(self) -> None:
        frame = self.frame()
        wanted = {name: np.asarray(frame[[name]]) for name in frame}
        for after in (None, standins.rescaling([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], 0.7)):
            model = self.functional(after)
            artifact = export(model, frame[["year", "island", "mass"]])
            self.assertEqual(artifact.columns, ["mass", "island", "year"])
            self.assertEqual(differing_bits(artifact.transform(frame), model(wanted)), 0)
            self.assertEqual(artifact.feature_names_out, ["mass", "island_[UNK]", "island_Dream", "island_Biscoe",
                                                          "year_2008", "year_2007"])
        with self.refused("bad_schema", "column 'mass' is missing"):
            export(self.functional(), frame[["year", "island"]])

    def test_functional_refused(self) -> None:
        model = self.functional()
        frame, config = self.frame(), model.get_config()
        changes = (
            (lambda c: c["layers"][0]["config"].update(batch_shape=[None, 2]), ("input 'mass'", "width 1")),
            (lambda c: c["layers"][3]["inbound_nodes"][0]["kwargs"].update(count_weights=[1]), ("count_weights",)),
            (lambda c: c["layers"][3].update(inbound_nodes=[[["mass", 0, 0, {}]]]), ("Keras 2", "Keras 3")),
            (lambda c: c.update(output_layers=[["norm", 0, 0], ["join", 0, 0]]), ("2 outputs", "Concatenate")),
            (lambda c: c["layers"][3]["inbound_nodes"][0]["args"].append(5), ("called with 5", "one tensor")),
        )
        for change, words in changes:
            changed = json.loads(json.dumps(config))
            change(changed)
            model.get_config = lambda changed=changed: changed
            with self.refused("bad_parameter", *words):
                export(model, frame)
        model.get_config = lambda: config
        model.get_layer("join").axis = 0
        with self.refused("bad_parameter", "Concatenate 'join'", "axis=0", "axis=-1"):
            export(model, frame)

    def feature_space(self, **options: Any) -> Any:
        layers = {"year": standins.lookup("IntegerLookup", [2008, 2007]), "mass": standins.normalization([4200.0], [1e4])}
        encoder = standins.category_encoding(3, "multi_hot")

        def call(x: Any) -> Any:
            return np.concatenate([layers["mass"](x["mass"]), encoder(layers["year"](x["year"]))], axis=1)

        features = {name: standins.make("Feature", dtype=dtype) for name, dtype in (("year", "int32"), ("mass", "float32"))}
        return standins.make("FeatureSpace", call, **{"features": features, "preprocessors": layers, "crossers": {},
                                                      "one_hot_encoders": {"year": encoder}, "output_mode": "concat",
                                                      "crosses": [], **options})

    def test_feature_space(self) -> None:
        frame = self.frame()
        artifact = export(self.feature_space(), frame)
        self.assertEqual(artifact.feature_names_out, ["mass", "year_0", "year_1", "year_2"])
        self.assertEqual(artifact.transform(frame)[:, 2].tolist(), (frame["year"] == 2008).astype(float).tolist())
        with self.refused("bad_parameter", "FeatureSpace", "crosses=['year_X_mass']"):
            export(self.feature_space(crossers={"year_X_mass": 1}, crosses=["year_X_mass"]), frame)
        with self.refused("bad_parameter", "FeatureSpace", "output_mode='dict'", "'concat'"):
            export(self.feature_space(output_mode="dict"), frame)

    def test_denormals_that_a_backend_flushes(self) -> None:
        layer = standins.make("Rescaling", lambda x: np.where(np.abs(x) < 1.2e-38, FLOAT(0), x) * FLOAT(2), scale=2.0,
                              offset=0.0)
        with self.refused("self_test_failed", "denormal", "scale the column"):
            export(layer, FLOAT([[1e-40], [1.0]]))


class Archives(Case):
    """A model that real Keras saved (tests/golden/make_keras_golden.py), with the answers it gave."""

    def test_archive_is_the_model(self) -> None:
        golden = prepguard.load(os.path.join(GOLDEN, "column_transformer_keras.prepguard.json"))
        frame = self.sample(golden)
        artifact = export(ARCHIVE, frame)
        for key in ("pipeline", "features", "dtype"):
            self.assertEqual(artifact.payload[key], golden.payload[key])
        self.assertEqual(artifact.payload["provenance"]["keras"], golden.payload["provenance"]["keras"])
        test = golden.payload["self_tests"][0]
        want = unpack(test["expected"]).reshape(test["rows"], -1)
        self.assertEqual(differing_bits(artifact.transform(frame), want), 0)

    def sample(self, golden: prepguard.Artifact) -> pd.DataFrame:
        inputs = golden.payload["self_tests"][0]["inputs"]
        return pd.DataFrame({name: pd.Series(unpack(array)) for name, array in zip(golden.columns, inputs)})

    def changed(self, **members: Any) -> str:
        """A copy with members replaced (None: left out)."""
        path = os.path.join(self.folder, "changed.keras")
        with zipfile.ZipFile(ARCHIVE) as old, zipfile.ZipFile(path, "w") as new:
            for name in old.namelist():
                key = name.split("/")[-1].split(".")[-2 if name.endswith("json") or name.endswith("h5") else 0]
                if members.get(key, b"") is not None:
                    new.writestr(name, members.get(key, old.read(name)))
        return path

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def test_refused(self) -> None:
        frame = pd.DataFrame({"mass": FLOAT([1, 2]), "island": pd.Series(["a", "b"], dtype=object), "year": [1, 2]})
        for members, words in (({"metadata": b'{"keras_version": "2.15.0"}'}, ("'2.15.0'", "Keras 3")),
                               ({"config": b"{"}, ("config.json",)), ({"config": b"[]"}, ("config.json", "object")),
                               ({"weights": None}, ("no model.weights.h5",)), ({"weights": b"nothing"}, ("not an HDF5",)),
                               ({"vocabulary": None}, ("vocabulary.txt",)), ({"vocabulary": b"[UNK]\na\nb"}, ("tokens",))):
            with self.subTest(words=words):
                try:
                    export(self.changed(**members), frame)
                    self.fail("accepted")
                except prepguard.Error as problem:
                    self.assertIn(problem.code, ("bad_format", "bad_version", "bad_state"))
                    for word in (*words, "changed.keras"):
                        self.assertIn(word, str(problem))
        with self.refused("io_failed", "no.keras"):
            export(os.path.join(self.folder, "no.keras"), frame)
        with open(os.path.join(self.folder, "text.keras"), "w", encoding="ascii") as file:
            file.write("no archive")
        with self.refused("bad_format", "text.keras", ".keras archive"):
            export(file.name, frame)

    def test_weights(self) -> None:
        """Every dataset, and no crash and no other error whatever is cut or changed."""
        with zipfile.ZipFile(ARCHIVE) as archive:
            data = archive.read("model.weights.h5")
        found = read_datasets(data, "weights")
        self.assertEqual({name: cells.dtype.name for name, cells in found.items()},
                         {"layers/normalization/vars/0": "float32", "layers/normalization/vars/1": "float32",
                          "layers/normalization/vars/2": "int64"})
        used = len(data.rstrip(b"\0"))
        r = np.random.RandomState(0)
        for _ in range(3000):
            damaged = bytearray(data[:r.randint(used)] if r.randint(4) == 0 else data)
            for _ in range(r.randint(1, 4)):
                if damaged:
                    damaged[r.randint(min(used, len(damaged)))] = r.randint(256)
            try:
                read_datasets(bytes(damaged), "weights")
            except prepguard.Error as problem:
                self.assertEqual(problem.code, "bad_format")


if __name__ == "__main__":
    unittest.main()
