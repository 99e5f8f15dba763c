# SPDX-License-Identifier: MIT
"""What several tests need."""

from __future__ import annotations

import copy
import unittest
import warnings
from typing import Any

import numpy as np

import prepguard
from prepguard.envelope import seal


def differing_bits(got: np.ndarray, want: np.ndarray) -> int:
    """How many values differ in bits, any NaN being equal to any NaN. Written apart from the library's own."""
    if got.dtype != want.dtype or got.shape != want.shape:
        return max(got.size, want.size, 1)
    same = [a == b or (x != x and y != y) for a, b, x, y in
            zip(_patterns(got), _patterns(want), got.ravel().tolist(), want.ravel().tolist())]
    return same.count(False)


def export(fitted: Any, sample: Any, **options: Any) -> prepguard.Artifact:
    """Exported and loaded again; the note about a type without self-test is not what is tested."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return prepguard.loads(prepguard.dumps(fitted, sample=sample, provenance_date="", **options))


def set_at(payload: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy of the payload with one value changed; `path` is Python's own subscript text."""
    changed = copy.deepcopy(payload)
    exec(f"payload{path} = value", {"payload": changed, "value": value})
    return changed


def sealed_without_checks(payload: dict[str, Any]) -> bytes:
    """The payload in an intact envelope, whatever it says."""
    return seal(payload)


class Case(unittest.TestCase):
    """Assertions on errors: code and words."""

    def refused(self, code: str, *words: str) -> Any:
        return _Refused(self, code, words)


class _Refused:
    def __init__(self, test: unittest.TestCase, code: str, words: tuple[str, ...]) -> None:
        self.test, self.code, self.words = test, code, words

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, error: Any, trace: Any) -> bool:
        self.test.assertIsInstance(error, prepguard.Error, f"expected an error {self.code}, got {error!r}")
        self.test.assertEqual(error.code, self.code, str(error))
        for word in self.words:
            self.test.assertIn(word, str(error))
        return True


def _patterns(values: np.ndarray) -> list[bytes]:
    data, size = np.ascontiguousarray(values).tobytes(), values.dtype.itemsize
    return [data[start:start + size] for start in range(0, len(data), size)]
