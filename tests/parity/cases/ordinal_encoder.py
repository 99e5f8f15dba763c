# SPDX-License-Identifier: MIT
"""OrdinalEncoder over numbers and text, and back."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.preprocessing import OrdinalEncoder

from support import TRAINING_ROWS, TYPES, Writer, categories_of, codes, texts, typed_codes

UNKNOWN = {"handle_unknown": "use_encoded_value", "unknown_value": -1}
OPTIONS: tuple[dict[str, Any], ...] = (
    {}, UNKNOWN, {"encoded_missing_value": -2}, {**UNKNOWN, "encoded_missing_value": 99},
    {**UNKNOWN, "unknown_value": np.nan}, {**UNKNOWN, "unknown_value": np.nan, "encoded_missing_value": -1})
# What only newer scikit-learn has. It does not invert infrequent groups beside NaN rightly.
GROUPS: tuple[dict[str, Any], ...] = (
    {"min_frequency": 0.1}, {"max_categories": 3, **UNKNOWN}, {"min_frequency": 60, "max_categories": 4},
    {"max_categories": 1, "encoded_missing_value": -1})
NEWER = GROUPS if "min_frequency" in OrdinalEncoder().get_params() else ()


def add(writer: Writer, r: np.random.RandomState) -> None:
    for statistics in TYPES:
        for data in TYPES:
            group = f"ordinal_encoder numbers {data} (statistics {statistics})"
            sample = codes(r, TRAINING_ROWS, False).astype(statistics)
            for options in (*OPTIONS, *NEWER, {"categories": categories_of(sample, shuffled=None), **UNKNOWN}):
                cells = codes(r, 16_000, "handle_unknown" in options).astype(data)
                step = OrdinalEncoder(**options, dtype=data).fit(sample)
                writer.add(group, step, sample, data, cells, invert=options not in NEWER)
    for dtype in ("int64", "bool"):
        for data in TYPES:
            sample = typed_codes(r, TRAINING_ROWS, dtype)
            cells = typed_codes(r, 16_000, dtype).astype(data)
            writer.add(f"ordinal_encoder {dtype} {data}", OrdinalEncoder().fit(sample), sample, data, cells, invert=True)
    for data in TYPES:
        for missing in ("", None, np.nan):
            sample = texts(r, TRAINING_ROWS, missing, False)
            for options in (*OPTIONS[:4], *NEWER, {"categories": categories_of(sample.to_numpy(), shuffled=r), **UNKNOWN}):
                words = texts(r, 3_000, missing, "handle_unknown" in options)
                step = OrdinalEncoder(dtype=data, **options).fit(sample)
                writer.add(f"ordinal_encoder text {data}", step, sample, data, None, words, invert=options not in NEWER)
