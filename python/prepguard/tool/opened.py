# SPDX-License-Identifier: MIT
"""A file that was read once: complete and consistent, its self-tests not replayed yet."""

from __future__ import annotations

from contextlib import contextmanager
from typing import Any, Iterator, NamedTuple

from ..artifact import Artifact, loads
from ..error import Error
from ..files import read_file


class Opened(NamedTuple):
    path: str
    size: int
    artifact: Artifact

    @property
    def payload(self) -> dict[str, Any]:
        return self.artifact.payload


def open_artifact(path: str) -> Opened:
    data = read_file(path)
    with naming(path):
        return Opened(path, len(data), loads(data, verify=False))


@contextmanager
def naming(path: str) -> Iterator[None]:
    """Errors about what is in a file say which file."""
    try:
        yield
    except Error as error:
        raise Error(error.code, f"{path}: {error.message}") from None
