# SPDX-License-Identifier: MIT
"""inverse_transform through pipelines, and through column transformers, which scikit-learn undoes entry by entry."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler

from support import TRAINING_ROWS, TYPES, Writer, combinations, frame, texts, with_gaps

ROWS = 26_000


def moderate(r: np.random.RandomState, rows: int, like: str) -> np.ndarray:
    """Columns whose size survives several scalers, some with gaps."""
    columns = [r.normal(0, 1, rows), r.normal(100, 3, rows), r.uniform(0, 1, rows), np.exp(r.normal(0, 4, rows)),
               r.randint(-9, 10, rows) / 8, 1.7e9 + r.uniform(0, 3600, rows), r.choice([0.0, -0.0, 1.0, -1.0], rows),
               np.full(rows, 14.62), 2.0 ** r.randint(-20, 20, rows), r.normal(0, 1e-9, rows)]
    return with_gaps(r, np.column_stack(columns))


def undo_entries(fitted: ColumnTransformer) -> Any:
    """What scikit-learn 1.2 has no method for: the inverse of every entry, its columns put back in place."""
    def undo(features: np.ndarray) -> np.ndarray:
        cells = np.empty((len(features), fitted.n_features_in_), dtype=object)
        for name, step, _ in fitted.transformers_:
            columns = fitted._transformer_to_input_indices[name]
            part = features[:, fitted.output_indices_[name]]
            weight = (fitted.transformer_weights or {}).get(name)
            if weight is not None:
                part = part / part.dtype.type(weight)
            cells[:, columns] = part if step == "passthrough" else step.inverse_transform(part)
        return cells
    return undo


def add(writer: Writer, r: np.random.RandomState) -> None:
    for statistics, data, sample, cells in combinations(r, moderate, ROWS):
        group = f"{data} (statistics {statistics})"
        for steps in ([StandardScaler(), MinMaxScaler((-3.5, 7.25))],
                      [MinMaxScaler((-0.3, 0.7)), StandardScaler(with_std=False), StandardScaler(with_mean=False)],
                      [StandardScaler(), "passthrough", Pipeline([("inner", MinMaxScaler()), ("last", StandardScaler())])]):
            writer.add(f"pipeline {group}", make_pipeline(*steps).fit(sample), sample, data, cells, invert=True)
        columns = ColumnTransformer([
            ("apart", make_pipeline(StandardScaler(), MinMaxScaler()), [7, 1, 4]), ("scaled", StandardScaler(), [0, 9, 2]),
            ("kept", "passthrough", [3, 6])], remainder=MinMaxScaler(), transformer_weights={"apart": 0.1, "kept": 3.0})
        columns.fit(sample)
        writer.add(f"column_transformer {group}", columns, sample, data, cells, invert=undo_entries(columns))
    for data in TYPES:
        known = texts(r, TRAINING_ROWS, np.nan, False)
        writer.add(f"one_hot_encoder {data}", OneHotEncoder(dtype=data).fit(known), known, data, None,
                   texts(r, 3_000, np.nan, False), invert=True)
        training = frame(moderate(r, TRAINING_ROWS, "float32").astype(data), texts(r, TRAINING_ROWS, None, False))
        served = moderate(r, 6_000, "float32").astype(data)
        names = list(training)
        mixed = ColumnTransformer([("text", OneHotEncoder(dtype=data), names[:9:-1]),
                                   ("numbers", StandardScaler(), names[9::-1])], sparse_threshold=0).fit(training)
        writer.add(f"column_transformer, numbers and text {data}", mixed, training, data, served,
                   texts(r, 6_000, None, False), invert=undo_entries(mixed))
