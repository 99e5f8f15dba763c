# SPDX-License-Identifier: MIT
"""The one exception type of prepguard."""

from __future__ import annotations

CODES = frozenset({
    "bad_parameter", "bad_shape", "bad_schema", "non_finite", "unknown_category", "rejected", "cannot_fit",
    "io_failed", "bad_format", "bad_version", "bad_state", "self_test_failed", "model_mismatch", "bad_environment",
})


class Error(Exception):
    """What went wrong, as a stable `code` (the same words as in C++) and a `message` for people.

    The message says where, what was expected, what came and what to do.
    """

    def __init__(self, code: str, message: str) -> None:
        if code not in CODES:
            raise ValueError(f"unknown error code {code!r}")
        super().__init__(code, message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return self.message
