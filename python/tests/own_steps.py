# SPDX-License-Identifier: MIT
"""Steps that no library has and the exporter knows by name."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin


class SafeDivide(TransformerMixin, BaseEstimator):
    """x / (|x| + epsilon) in the type of the data, as a network's layer computes it in float32."""

    def __init__(self, epsilon: float = 1e-7):
        self.epsilon = epsilon

    def fit(self, rows: Any, target: Any = None) -> SafeDivide:
        self.n_features_in_ = np.shape(rows)[1]
        if hasattr(rows, "columns"):
            self.feature_names_in_ = np.array(rows.columns, dtype=object)
        return self

    def transform(self, rows: Any) -> np.ndarray:
        cells = np.asarray(rows)
        return cells / (np.abs(cells) + cells.dtype.type(self.epsilon))

    def get_feature_names_out(self, names: Any = None) -> np.ndarray:
        return np.asarray(self.feature_names_in_ if names is None else names, dtype=object)
