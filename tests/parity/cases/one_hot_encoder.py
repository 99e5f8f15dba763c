# SPDX-License-Identifier: MIT
"""OneHotEncoder over numbers and text, and back."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.preprocessing import OneHotEncoder

from support import TRAINING_ROWS, TYPES, Writer, accepts, categories_of, codes, texts, typed_codes

IGNORE, GROUP = {"handle_unknown": "ignore"}, {"handle_unknown": "infrequent_if_exist"}
# Without a group: these can be inverted.
WHOLE: tuple[dict[str, Any], ...] = ({}, IGNORE, {**IGNORE, "drop": "first"}, {"drop": "if_binary"}, GROUP)
GROUPS: tuple[dict[str, Any], ...] = (
    {**GROUP, "min_frequency": 0.1}, {**GROUP, "max_categories": 4, "drop": "first"}, {"min_frequency": 150},
    {**IGNORE, "min_frequency": 0.05, "max_categories": 3, "drop": "if_binary"}, {**GROUP, "max_categories": 1})
WARN = ({"handle_unknown": "warn"}, {"handle_unknown": "warn", "min_frequency": 0.1})
NEWER = WARN if accepts(OneHotEncoder(**WARN[0])) else ()


def is_open(options: dict[str, Any]) -> bool:
    return options.get("handle_unknown", "error") != "error"


def add(writer: Writer, r: np.random.RandomState) -> None:
    for statistics in TYPES:
        for data in TYPES:
            group = f"one_hot_encoder numbers {data} (statistics {statistics})"
            sample = codes(r, TRAINING_ROWS, False).astype(statistics)
            given = {"categories": categories_of(sample, shuffled=None), "drop": [values[1] for values in categories_of(sample)]}
            for options in (*WHOLE, *GROUPS, *NEWER, {**given, **IGNORE}):
                cells = codes(r, 2_500, is_open(options)).astype(data)
                writer.add(group, OneHotEncoder(**options).fit(sample), sample, data, cells)
            narrow = [0, 1, 2, 5]  # few outputs, so that many cells come back
            for options in WHOLE:
                cells = codes(r, 28_000, is_open(options))[:, narrow].astype(data)
                step = OneHotEncoder(**options).fit(sample[:, narrow])
                writer.add(group, step, sample[:, narrow], data, cells, invert=True)
    for dtype in ("int64", "bool"):
        for data in TYPES:
            sample = typed_codes(r, TRAINING_ROWS, dtype)
            cells = typed_codes(r, 4_000, dtype).astype(data)
            writer.add(f"one_hot_encoder {dtype} {data}", OneHotEncoder().fit(sample), sample, data, cells, invert=True)
    for data in TYPES:
        for missing in ("", None, np.nan):
            sample = texts(r, TRAINING_ROWS, missing, False)
            given = {"categories": categories_of(sample.to_numpy(), shuffled=r), **IGNORE}
            for options in (*WHOLE, *GROUPS, *NEWER, given):
                words = texts(r, 1_200, missing, is_open(options))
                step = OneHotEncoder(dtype=data, **options).fit(sample)
                writer.add(f"one_hot_encoder text {data}", step, sample, data, None, words, invert=options in WHOLE)
