# SPDX-License-Identifier: MIT
"""binarizer: 1 where x > (T)threshold, else 0. NaN is an error, as in scikit-learn."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from .. import fields
from ..error import Error
from ._step import Block, Cells, Node, Read, Source, Step, all_numbers, refuse_nan


def read(fitted: Any, block: Block) -> Read:
    threshold = float(fitted.threshold)
    if not math.isfinite(threshold):
        raise block.refuse(fitted, f"threshold={fitted.threshold!r} is not supported; it must be finite")
    _refuse_wide_threshold(fitted, threshold, block)
    return Read({"threshold": threshold}, list(block.names), list(block.keep), list(block.spellings))


def _refuse_wide_threshold(fitted: Any, threshold: float, block: Block) -> None:
    """Newer scikit-learn compares float32 rows with a numpy.float64 threshold in float64, with a float in float32."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        row = np.full((1, fitted.n_features_in_), threshold, dtype=np.float32)
        if np.isfinite(row).all() and np.asarray(fitted.transform(row)).any():
            raise block.refuse(fitted, f"threshold={fitted.threshold!r} of type {type(fitted.threshold).__name__} is "
                                       "compared with float32 rows in float64; set threshold to a plain float")


def check(node: Node, kinds: list[str], path: str) -> list[str]:
    return all_numbers(kinds, path)


def transform(node: Node, columns: list[Cells], dtype: np.dtype, path: str) -> list[Cells]:
    refuse_nan(columns, path)
    with np.errstate(over="ignore"):
        threshold = dtype.type(node["threshold"])
    return [Cells(label, (values > threshold).astype(dtype)) for label, values in columns]


STEP = Step("binarizer", (Source("Binarizer", "sklearn.", ("n_features_in_", "threshold")),),
            {"threshold": fields.double}, read, check, transform)
