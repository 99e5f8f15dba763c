# SPDX-License-Identifier: MIT
"""A saved `.keras` archive -> objects with the attributes of the layers it describes. Nothing in it is executed.

Read: `metadata.json` (the Keras version), `config.json` (the graph and every layer's config), `model.weights.h5`
(mean and variance of Normalization, idf weights) and `assets/**/vocabulary.txt`, as `load_model` reads them.
"""

from __future__ import annotations

import json
import re
import zipfile
from types import SimpleNamespace
from typing import Any, Optional

import numpy as np

from ..error import Error
from .hdf5 import read_datasets

MAX_BYTES = 64 << 20
CONTAINERS = ("Sequential", "Functional", "Model")
LOOKUPS = ("StringLookup", "IntegerLookup")


class Archived(SimpleNamespace):
    """A layer as its archive describes it; `keras_class` is the name of its class."""

    def get_vocabulary(self, include_special_tokens: bool = True) -> list[Any]:
        return list(self.tokens)

    def get_config(self) -> dict[str, Any]:
        return self.config

    def get_layer(self, name: str) -> Any:
        return next(layer for layer in self.all_layers if layer.name == name)


def read_archive(path: str) -> tuple[Archived, str]:
    """The model, and the version of the Keras that saved it."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _read(archive, str(path))
    except (OSError, zipfile.BadZipFile) as problem:
        code = "bad_format" if isinstance(problem, zipfile.BadZipFile) else "io_failed"
        raise Error(code, f"{path}: cannot be read as a .keras archive: {problem}") from None


def _read(archive: zipfile.ZipFile, path: str) -> tuple[Archived, str]:
    config = _json(archive, "config.json", path)
    version = str(_json(archive, "metadata.json", path).get("keras_version", ""))
    if not version.startswith("3."):
        raise Error("bad_version", f"{path}: saved by Keras {version!r}; archives of Keras 3 are read: load the model and "
                                   "save it with Keras 3")
    weights = read_datasets(_member(archive, "model.weights.h5", path), f"{path}: model.weights.h5")
    reader = _Reader(archive, weights, path)
    model = reader.layer(config, "")
    if model.keras_class not in CONTAINERS:
        raise Error("bad_parameter", f"{path}: {model.keras_class} is not supported as a file; Sequential and Functional "
                                     "models are; load the model with Keras and pass it instead of its file")
    return model, version


class _Reader:
    def __init__(self, archive: zipfile.ZipFile, weights: dict[str, np.ndarray], path: str):
        self.archive, self.weights, self.path = archive, weights, path

    def layer(self, entry: dict[str, Any], inside: str) -> Archived:
        """One layer of a config; `inside` is where its state is kept."""
        kind, config = entry["class_name"], entry["config"]
        if kind in CONTAINERS:
            return self.container(kind, config, inside)
        values = {key: _plain(value) for key, value in config.items()}
        layer = Archived(**{**values, "keras_class": kind, "name": config.get("name", entry.get("name", kind)),
                            "compute_dtype": _dtype(config.get("dtype"))})
        if kind == "Normalization":
            self.normalization(layer, entry, inside)
        elif kind in LOOKUPS:
            self.lookup(layer, inside)
        return layer

    def container(self, kind: str, config: dict[str, Any], inside: str) -> Archived:
        """State is kept under the snake case of the class, numbered if it occurs again; Sequential leaves out inputs."""
        layers, used = [], {}
        for entry in config["layers"]:
            if kind == "Sequential" and entry["class_name"] == "InputLayer":
                continue
            base = _snake(entry["class_name"])
            used[base] = used.get(base, -1) + 1
            name = f"{base}_{used[base]}" if used[base] else base
            layers.append(self.layer(entry, f"{inside}layers/{name}/"))
        return Archived(keras_class="Sequential" if kind == "Sequential" else "Functional", config=config,
                        name=config.get("name", ""), layers=layers, all_layers=layers)

    def normalization(self, layer: Archived, entry: dict[str, Any], inside: str) -> None:
        layer.axis = tuple(layer.axis or ())
        if layer.mean is not None:
            return
        shape = (entry.get("build_config") or {}).get("input_shape") or [None, None]
        if len(shape) != 2:
            layer.mean = np.zeros([1] * len(shape))  # refused by its rank
            return
        layer.mean, layer.variance = self.weight(inside, "0", layer), self.weight(inside, "1", layer)

    def lookup(self, layer: Archived, inside: str) -> None:
        if layer.output_mode == "tf_idf":
            layer.idf_weights_const = self.weight(inside, "idf_weights", layer)
        tokens = layer.vocabulary
        if tokens is None:
            tokens = self.vocabulary(layer, f"assets/{inside}vocabulary.txt")
        masks = [layer.mask_token] if layer.mask_token is not None and layer.output_mode == "int" else []
        special = masks + [layer.oov_token] * layer.num_oov_indices
        layer.tokens = tokens[len(special):] if tokens[:len(special)] == special else tokens
        size = getattr(layer, "vocabulary_size", None)
        if size is not None and size != len(special) + len(layer.tokens):
            raise Error("bad_state", f"{self.path}: {layer.keras_class} {layer.name!r}: the vocabulary file has "
                                     f"{len(layer.tokens)} tokens, the config says {size - len(special)}; a token with "
                                     "a line break in it does not survive saving")

    def vocabulary(self, layer: Archived, member: str) -> list[Any]:
        """As `load_assets` reads it: text mode, any line break that Python knows, empty lines at the end dropped."""
        text = _member(self.archive, member, self.path).decode("utf-8")
        lines = text.replace("\r\n", "\n").replace("\r", "\n").splitlines()
        while lines and lines[-1] == "":
            lines.pop()
        return lines if layer.keras_class == "StringLookup" else [int(line) for line in lines]

    def weight(self, inside: str, key: str, layer: Archived) -> np.ndarray:
        name = f"{inside}vars/{key}"
        if name not in self.weights:
            raise Error("bad_state", f"{self.path}: {layer.keras_class} {layer.name!r}: model.weights.h5 has no {name}; "
                                     "load the model with Keras and pass it instead of its file")
        return self.weights[name]


def _member(archive: zipfile.ZipFile, name: str, path: str) -> bytes:
    try:
        size = archive.getinfo(name).file_size
    except KeyError:
        raise Error("bad_format", f"{path}: no {name} in it; expected a .keras archive of Keras 3 with its weights in one "
                                  "file") from None
    if size > MAX_BYTES:
        raise Error("bad_format", f"{path}: {name} has {size} bytes, the limit is {MAX_BYTES}; save a model of the "
                                  "preprocessing layers only")
    return archive.read(name)


def _json(archive: zipfile.ZipFile, name: str, path: str) -> dict[str, Any]:
    try:
        value = json.loads(_member(archive, name, path))
    except ValueError as problem:
        raise Error("bad_format", f"{path}: {name}: {problem}") from None
    if not isinstance(value, dict):
        raise Error("bad_format", f"{path}: {name}: expected an object")
    return value


def _plain(value: Any) -> Any:
    """A numpy array or tensor in a config is an object with its value."""
    if isinstance(value, dict) and value.get("class_name") in ("__numpy__", "__tensor__"):
        return value["config"]["value"]
    return value


def _dtype(policy: Optional[Any]) -> str:
    name = policy.get("config", {}).get("name", "") if isinstance(policy, dict) else policy or "float32"
    return name[len("mixed_"):] if name.startswith("mixed_") else name


def _snake(name: str) -> str:
    """Keras's own spelling of a class in paths: StringLookup -> string_lookup."""
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()
