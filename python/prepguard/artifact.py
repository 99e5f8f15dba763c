# SPDX-License-Identifier: MIT
"""A loaded artifact: the numpy twin of what C++ serves."""

from __future__ import annotations

from typing import Any

import numpy as np

from .arrays import FLOATS, unpack
from .binding import bind
from .envelope import unseal
from .error import Error
from .files import Path, read_file
from .models import Paths, as_paths, find_model
from .run import replay, run_to_matrix
from .target import decode, inverse_target, replay_target
from .validate import check_fits, validate


class Artifact:
    """A validated payload. `transform` gives the bits that scikit-learn gave and that C++ gives."""

    def __init__(self, payload: dict[str, Any]) -> None:
        self._payload = validate(payload)

    @property
    def payload(self) -> dict[str, Any]:
        """The content of the file, keys in canonical order."""
        return self._payload

    @property
    def columns(self) -> list[str]:
        """Names of the input columns, in training order."""
        return [column["name"] for column in self._payload["columns"]]

    @property
    def feature_names_out(self) -> list[str]:
        """Names of the output features."""
        return list(self._payload["features"])

    @property
    def dtype(self) -> str:
        """The type of the training arithmetic, "float32" or "float64"."""
        return self._payload["dtype"]

    def transform(self, rows: Any, dtype: Any = None) -> np.ndarray:
        """rows x features, row-major. `rows`: DataFrame, dict of columns or list of dicts (bound by name: any order,
        extra columns ignored), array or list of lists (by position). `dtype`: float32 or float64, default the
        training type. Raises `Error` naming row and column."""
        target = np.dtype(self.dtype if dtype is None else dtype)
        if target.name not in FLOATS:
            raise Error("bad_parameter", f"dtype: expected float32 or float64, got {target}")
        check_fits(self._payload["pipeline"], target.name)
        cells, count = bind(self._payload["columns"], rows, target)
        return run_to_matrix(self._payload["pipeline"], cells, count, len(self._payload["features"]), target)

    @property
    def classes(self) -> np.ndarray:
        """The classes of the target, empty if it has none."""
        return unpack(self._target()["classes"])

    def inverse_target(self, outputs: Any) -> np.ndarray:
        """Outputs of the model in the unit of the training target: what a guard does in C++ and
        TransformedTargetRegressor.predict in scikit-learn. In float32 or float64 as they come, n or n x names."""
        return inverse_target(self._target(), outputs)

    def decode(self, outputs: Any) -> np.ndarray:
        """The classes that outputs stand for: n x classes scores, or one number a row (a position, or for two classes a
        score)."""
        return decode(self._target(), outputs)

    def _target(self) -> dict[str, Any]:
        if not self._payload["target"]:
            raise Error("bad_parameter", "the artifact knows nothing of the target; export it with target=")
        return self._payload["target"][0]

    def verify(self, model: Paths = None) -> None:
        """Replay the self-tests; then, of each `model` (a file, a directory, or several), compare size and hash with what
        the artifact was exported with: `model_mismatch` if they differ."""
        for index, test in enumerate(self._payload["self_tests"]):
            replay(self._payload, test, f"self_tests[{index}]")
        for described in self._payload["target"]:
            for index, test in enumerate(described["self_tests"]):
                replay_target(described, test, f"target[0].self_tests[{index}]")
        self.verify_model(model)

    def verify_model(self, model: Paths) -> None:
        """The second half of `verify`."""
        for path in as_paths(model):
            find_model(self._payload["models"], path)


def load(path: Path, *, verify: bool = True, model: Paths = None) -> Artifact:
    """Read an artifact: envelope, grammar, versions, keys, invariants; then, unless `verify=False`, its self-tests; then the
    hashes of each `model` (a file, a directory, or several)."""
    return loads(read_file(path), verify=verify, model=model)


def loads(data: bytes, *, verify: bool = True, model: Paths = None) -> Artifact:
    """`load` for bytes already in memory."""
    artifact = Artifact(unseal(data))
    if verify:
        artifact.verify()
    artifact.verify_model(model)
    return artifact
