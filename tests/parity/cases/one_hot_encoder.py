# SPDX-License-Identifier: MIT
"""OneHotEncoder over numbers and text."""

from __future__ import annotations

import numpy as np
from sklearn.preprocessing import OneHotEncoder

from support import TRAINING_ROWS, TYPES, Writer, codes, texts


def add(writer: Writer, r: np.random.RandomState) -> None:
    for statistics in TYPES:
        for data in TYPES:
            group = f"one_hot_encoder numbers {data} (statistics {statistics})"
            sample = codes(r, TRAINING_ROWS, False).astype(statistics)
            for options in ({}, {"handle_unknown": "ignore"}, {"handle_unknown": "ignore", "drop": "first"},
                            {"handle_unknown": "infrequent_if_exist", "min_frequency": 0.1},
                            {"handle_unknown": "infrequent_if_exist", "max_categories": 4, "drop": "first"}):
                cells = codes(r, 6_000, bool(options)).astype(data)
                writer.add(group, OneHotEncoder(**options).fit(sample), sample, data, cells)
    for data in TYPES:
        for missing in ("", None, np.nan):
            for options in ({}, {"handle_unknown": "ignore"}, {"handle_unknown": "ignore", "drop": "first"},
                            {"handle_unknown": "infrequent_if_exist", "min_frequency": 0.1}):
                sample, words = texts(r, TRAINING_ROWS, missing, False), texts(r, 2_300, missing, bool(options))
                writer.add(f"one_hot_encoder text {data}", OneHotEncoder(dtype=data, **options).fit(sample), sample, data,
                           None, words)
