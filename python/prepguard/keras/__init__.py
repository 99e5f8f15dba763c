# SPDX-License-Identifier: MIT
"""Keras 3 preprocessing layers as one fitted object. Keras is never imported; layers are read by attribute and called."""

from __future__ import annotations

import os
import sys
import warnings
from typing import Any, Optional

import numpy as np

from ..arrays import FLOATS, TEXT
from ..error import Error
from ..run import run_to_matrix
from ..steps import Block, Cells
from ..validate import check_fits
from .archive import Archived, read_archive
from .graph import Composer, Input, leaves, model_inputs, wants
from .layers import class_name, computes

DIFFER_BY_BACKEND = ("Normalization", "Discretization")


def opened(fitted: Any) -> Any:
    """A Keras layer, a model of them, a dict of columns to layers or the path of a `.keras` archive as one
    `Preprocessing`; anything else as it is."""
    if isinstance(fitted, (str, os.PathLike)) and fitted != "passthrough":
        model, version = read_archive(os.fspath(fitted))
        if any(class_name(layer) in DIFFER_BY_BACKEND for layer in leaves(model)):
            warnings.warn(f"prepguard: {fitted}: an archive does not say on which backend it was trained; it is exported as "
                          "TensorFlow computes it; if it was another, load it there and pass the model", stacklevel=4)
        return Preprocessing(model, version)
    if isinstance(fitted, dict) and any(map(_is_keras, fitted.values())):
        others = [key for key, layer in fitted.items() if not _is_keras(layer)]
        if others:
            raise Error("bad_parameter", f"a dict of Keras layers: {others[0]!r} is mapped to "
                                         f"{type(fitted[others[0]]).__name__}; expected a layer for every key")
    elif not _is_keras(fitted):
        return fitted
    return Preprocessing(fitted, str(getattr(sys.modules.get("keras"), "__version__", "")))


def _is_keras(fitted: Any) -> bool:
    return any(base.__module__.split(".")[0] == "keras" for base in type(fitted).__mro__)


class Preprocessing:
    """What `export` reads and self-tests run: one node, and the layers' own answers for rows.

    An archive cannot be run without Keras: its answers are those of the numpy twin.
    """

    def __init__(self, source: Any, version: str):
        self.source, self.keras_version = source, version
        self.inputs: Optional[list[Input]] = None
        if isinstance(source, dict):
            names = [name for key in source for name in ([key] if isinstance(key, str) else key)]
        else:
            self.inputs = model_inputs(source)
            names = None if self.inputs is None else [entry.name for entry in self.inputs]
        self.feature_names_in_ = None if names is None else list(dict.fromkeys(names))
        self.node: dict[str, Any] = {}
        self.kinds: list[str] = []
        self.width = 0

    @property
    def types(self) -> list[str]:
        """The types the layers compute in; none if they only move indices."""
        return ["float32"] if any(computes(layer) for layer in leaves(self.source)) else []

    @property
    def natural_type(self) -> str:
        """float32, unless an integer of a vocabulary needs more."""
        try:
            check_fits(self.node, FLOATS[0])
        except Error:
            return FLOATS[0] if self.types else FLOATS[1]
        return FLOATS[0]

    def export(self, block: Block) -> tuple[dict[str, Any], Block, frozenset[int]]:
        """The node, what comes out of it, and the columns it reads."""
        if self.feature_names_in_ is not None and block.names != self.feature_names_in_:
            raise Error("bad_schema", f"sample: expected columns {self.feature_names_in_}, got {block.names}; pass a "
                                      "DataFrame, or name the columns with columns=")
        composer = Composer(block)
        tensor = composer.whole(self.source)
        self.node, self.kinds = composer.node(tensor), block.kinds
        names = [name for branch in tensor for name in branch.names]
        self.width = len(names)
        kinds = [kind for branch in tensor for kind in branch.kinds]
        after = Block(block.where, names, kinds, [frozenset()] * len(names), list(range(len(names))))
        return self.node, after, frozenset(column for branch in tensor for column in branch.columns)

    def transform(self, rows: Any) -> np.ndarray:
        """What the layers return, as rows of numbers. Rows that prepguard refuses raise its error."""
        cells = self._cells(rows)
        twin = self._twin(cells)
        if isinstance(self.source, Archived):
            return twin
        got = self._ask(cells)
        if got.shape == twin.shape and not np.array_equal(got, twin, equal_nan=True) and _denormal([*cells, twin]):
            raise Error("bad_environment", "a row holds or gives a denormal number (below 1.2e-38), which this Keras "
                                           "backend flushes to zero; prepguard does not: scale the column first")
        return got

    def _ask(self, cells: list[np.ndarray]) -> np.ndarray:
        if isinstance(self.source, dict):
            places = {name: index for index, name in enumerate(self.feature_names_in_ or [])}
            parts = []
            for key, layer in self.source.items():
                names = [key] if isinstance(key, str) else list(key)
                parts.append(_matrix(layer(_as_input([cells[places[name]] for name in names], self._wants(layer, names)))))
            return np.concatenate(parts, axis=1)
        if self.inputs is None:
            return _matrix(self.source(_as_input(cells, wants(self.source, self.kinds[0]))))
        return _matrix(self.source({entry.name: _as_input([column], entry.dtype)
                                    for entry, column in zip(self.inputs, cells)}))

    def _wants(self, layer: Any, names: list[str]) -> str:
        places = self.feature_names_in_ or []
        return wants(layer, self.kinds[places.index(names[0])])

    def _cells(self, rows: Any) -> list[np.ndarray]:
        columns = [np.asarray(rows.iloc[:, j]) for j in range(rows.shape[1])] if hasattr(rows, "iloc") else \
            list(np.asarray(rows).T)
        return [np.asarray(column, dtype=object) if kind == TEXT else
                column if column.dtype.name in FLOATS else column.astype(self.natural_type)
                for column, kind in zip(columns, self.kinds)]

    def _twin(self, cells: list[np.ndarray]) -> np.ndarray:
        types = [column.dtype for column in cells if column.dtype != object]
        dtype = np.dtype(max(types, key=lambda each: each.itemsize, default=np.dtype(self.natural_type)))
        columns = [Cells(str(j), column if column.dtype == object else column.astype(dtype))
                   for j, column in enumerate(cells)]
        return run_to_matrix(self.node, columns, len(cells[0]), self.width, dtype)


def _denormal(blocks: list[np.ndarray]) -> bool:
    tiny = np.finfo(np.float32).tiny
    return any(((block != 0) & (np.abs(block) < tiny)).any() for block in blocks if block.dtype.name in FLOATS)


def _as_input(columns: list[np.ndarray], dtype: str) -> np.ndarray:
    matrix = np.stack(columns, axis=1)
    return matrix if dtype == "string" else matrix.astype(dtype)


def _matrix(output: Any) -> np.ndarray:
    cells = np.asarray(output)
    if cells.ndim != 2:
        raise Error("bad_shape", f"the layers return a tensor of rank {cells.ndim}; expected rows of features")
    return cells
