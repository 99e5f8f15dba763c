# SPDX-License-Identifier: MIT
"""Objects with the public attributes of Keras 3 layers, for machines without Keras. They answer calls by the formulas of
Keras's documentation, written with numpy and dicts; tests/keras/real_keras.py asks the real ones."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, Callable, Optional

import numpy as np

FLOAT = np.float32


def make(kind: str, call: Optional[Callable[[Any], Any]] = None, module: str = "keras.src.layers", **attributes: Any) -> Any:
    """An object of a class of this name; calling it calls `call`."""
    body = {"__module__": module, "__call__": lambda self, rows, *_: call(rows)} if call else {"__module__": module}
    layer = type(kind, (SimpleNamespace,), body)(name=kind.lower(), compute_dtype="float32")
    layer.__dict__.update(attributes)
    return layer


def normalization(mean: Any, variance: Any, multiplies: bool = False, **attributes: Any) -> Any:
    mean, variance = (np.asarray(cells, dtype=FLOAT).reshape(1, -1) for cells in (mean, variance))
    scale = np.maximum(np.sqrt(variance), FLOAT(1e-7))

    def call(rows: Any) -> Any:
        rows = np.asarray(rows, dtype=FLOAT)
        if attributes.get("invert"):
            return mean + rows * scale
        return (rows - mean) * (FLOAT(1) / scale) if multiplies else (rows - mean) / scale

    return make("Normalization", call, **{"axis": (-1,), "invert": False, "mean": mean, "variance": variance, **attributes})


def rescaling(scale: Any, offset: Any = 0.0, **attributes: Any) -> Any:
    def call(rows: Any) -> Any:
        return np.asarray(rows, dtype=FLOAT) * np.asarray(scale, dtype=FLOAT) + np.asarray(offset, dtype=FLOAT)
    return make("Rescaling", call, scale=scale, offset=offset, **attributes)


def discretization(boundaries: Any, rounds: bool = True, **attributes: Any) -> Any:
    edges = np.asarray(boundaries, dtype=FLOAT if rounds else np.float64)
    mode = attributes.get("output_mode", "int")
    return make("Discretization", lambda rows: encode(np.digitize(rows, edges), mode, len(edges) + 1),
                bin_boundaries=boundaries, **{"output_mode": "int", "sparse": False, **attributes})


def category_encoding(count: int, mode: str, **attributes: Any) -> Any:
    return make("CategoryEncoding", lambda rows: encode(np.asarray(rows), mode, count), num_tokens=count,
                output_mode=mode, **{"sparse": False, **attributes})


def lookup(kind: str, vocabulary: list[Any], **attributes: Any) -> Any:
    """StringLookup or IntegerLookup with at most one index for other values."""
    own = {"num_oov_indices": 1, "mask_token": None, "output_mode": "int", "invert": False, "sparse": False,
           "oov_token": "[UNK]" if kind == "StringLookup" else -1, "pad_to_max_tokens": False, "max_tokens": None,
           "oov_method": "floormod", "salt": None, "encoding": "utf-8", **attributes}
    masks = 1 if own["mask_token"] is not None and own["output_mode"] == "int" else 0
    first = masks + own["num_oov_indices"]
    weights = own.get("idf_weights_const")

    def index(cell: Any) -> int:
        if own["mask_token"] is not None and cell == own["mask_token"]:
            return 0 if masks else 10**9
        if cell in vocabulary:
            return first + vocabulary.index(cell)
        if own["num_oov_indices"] == 0:
            raise ValueError("found OOV values")
        return masks + (cell % own["num_oov_indices"] if own["num_oov_indices"] > 1 else 0)

    def call(rows: Any) -> Any:
        indices = np.array([[index(cell) for cell in row] for row in np.asarray(rows).tolist()])
        mode = own["output_mode"]
        depth = own["max_tokens"] if own["pad_to_max_tokens"] else first + len(vocabulary)
        encoded = encode(indices, "count" if mode == "tf_idf" else mode, depth)
        return encoded * np.asarray(weights, dtype=FLOAT) if mode == "tf_idf" else encoded

    return make(kind, call, get_vocabulary=lambda include_special_tokens: list(vocabulary), **own)


def hashing(count: int, answers: dict[Any, int], **attributes: Any) -> Any:
    """Hashing whose answers are known."""
    return make("Hashing", lambda rows: np.array([[answers[cell] for cell in row] for row in np.asarray(rows).tolist()]),
                num_bins=count, **{"mask_value": None, "salt": None, "output_mode": "int", "sparse": False, **attributes})


def encode(indices: Any, mode: str, depth: int) -> Any:
    if mode == "int":
        return indices
    counts = np.zeros((len(indices), depth), dtype=FLOAT)
    for row, cells in zip(counts, indices):
        for cell in cells:
            if 0 <= cell < depth:
                row[cell] += 1
    return counts if mode == "count" else np.minimum(counts, 1)


def sequential(*layers: Any) -> Any:
    def call(rows: Any) -> Any:
        for layer in layers:
            rows = layer(rows)
        return rows
    return make("Sequential", call, layers=list(layers))


def functional(inputs: dict[str, tuple[int, str]], calls: list[tuple[Any, list[str]]], call: Callable[[Any], Any]) -> Any:
    """Inputs by name with width and type, then layers with the names of what they read; the last one is the output."""
    def tensor(name: str) -> dict[str, Any]:
        return {"class_name": "__keras_tensor__", "config": {"keras_history": [name, 0, 0]}}

    layers = [{"name": name, "class_name": "InputLayer", "config": {"batch_shape": [None, width], "dtype": dtype},
               "inbound_nodes": []} for name, (width, dtype) in inputs.items()]
    for layer, sources in calls:
        args = [[tensor(s) for s in sources]] if len(sources) > 1 else [tensor(sources[0])]
        layers.append({"name": layer.name, "class_name": type(layer).__name__, "config": {},
                       "inbound_nodes": [{"args": args, "kwargs": {}}]})
    config = {"layers": layers, "input_layers": {name: [name, 0, 0] for name in inputs} if len(inputs) > 1 else
              [next(iter(inputs)), 0, 0], "output_layers": [calls[-1][0].name, 0, 0]}
    known = {layer.name: layer for layer, _ in calls}
    return make("Functional", call, name="model", get_config=lambda: config, get_layer=lambda name: known[name],
                layers=[layer for layer, _ in calls])
