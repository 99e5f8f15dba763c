# SPDX-License-Identifier: MIT
"""Which models an artifact belongs to: size and SHA-256 of a file, or of a directory as docs/format.md defines it. The C++
twin is model_files.hpp; words and digests are the same."""

from __future__ import annotations

import hashlib
import os
import stat
from typing import Any, Sequence, Union

from .error import Error
from .files import Path

Paths = Union[Path, Sequence[Path], None]
BLOCK = 1 << 20


def as_paths(paths: Paths) -> list[Path]:
    """None, one path or several, as a list."""
    if paths is None:
        return []
    return list(paths) if isinstance(paths, (list, tuple)) else [paths]


def model_entry(path: Path) -> dict[str, Any]:
    """Name, size and SHA-256 of a model, as the artifact stores them."""
    name = os.fsdecode(path)
    size, digest = _of_folder(name) if os.path.isdir(name) else _of_file(name)
    return {"file": os.path.basename(os.path.abspath(name)), "bytes": size, "sha256": digest}


def find_model(stored: list[dict[str, Any]], path: Path) -> dict[str, Any]:
    """The stored entry that the model at `path` is: the one of its name, or if none has its name any. `model_mismatch`,
    with both hashes, if it is another."""
    name = os.fsdecode(path)
    if not stored:
        raise Error("model_mismatch", f"{_at(name)}this artifact names no model; do: export it with the model, or load "
                                      "it without")
    got = model_entry(path)
    wanted = [entry for entry in stored if entry["file"] == got["file"]] or stored
    for entry in wanted:
        if (entry["sha256"], entry["bytes"]) == (got["sha256"], got["bytes"]):
            return entry
    expected = " or ".join(f"{entry['file']}, {_words(entry)}" for entry in wanted)
    raise Error("model_mismatch", f"{name}: not the model this artifact was exported with: expected {expected}, got "
                                  f"{_words(got)}; do: serve the model it was exported with, or export both again")


def _words(model: dict[str, Any]) -> str:
    return f"{model['bytes']} bytes, SHA-256 {model['sha256']}"


def _of_file(name: str) -> tuple[int, str]:
    """Of one regular file, read block by block."""
    try:
        handle = os.open(name, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except OSError as problem:
        raise _io_failed(name, "open", problem) from None
    try:
        with open(handle, "rb", buffering=0) as file:
            state = os.fstat(handle)
            _require_regular(name, state.st_mode)
            digest, size = hashlib.sha256(), 0
            while size <= state.st_size and (block := file.read(BLOCK)):  # one that grows for ever is left
                digest.update(block)
                size += len(block)
    except OSError as problem:
        raise _io_failed(name, "read", problem) from None
    if size != state.st_size:
        raise Error("io_failed", f"{name}: changed its length while it was read; do: try again")
    return size, digest.hexdigest()


def _of_folder(top: str) -> tuple[int, str]:
    """Of a directory: the bytes of all files below it, and the SHA-256 of the list of their digests."""
    files = _files_below(top)
    if not files:
        raise Error("io_failed", f"{top}: is a directory without files")
    digest, total = hashlib.sha256(), 0
    for file in files:
        size, one = _of_file(os.path.join(top, file))
        digest.update(one.encode() + b"  " + os.fsencode(file) + b"\n")
        total += size
    return total, digest.hexdigest()


def _files_below(top: str) -> list[str]:
    """Every file below `top`, by its path from there with `/` between names, in byte order."""
    files, folders = [], [""]
    while folders:
        folder = folders.pop()
        for name in _names_in(os.path.join(top, folder) if folder else top):
            path = f"{folder}/{name}" if folder else name
            # A line of the list must stand for one path, and be the line that sha256sum prints.
            if any(c in name for c in "\n\r\\"):
                raise Error("io_failed", f"{os.path.join(top, path)}: has a line end or a backslash in its name; do: rename it")
            (folders if _is_folder(os.path.join(top, path)) else files).append(path)
    return sorted(files, key=os.fsencode)


def _names_in(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError as problem:
        raise _io_failed(folder, "open", problem) from None


def _is_folder(path: str) -> bool:
    """True for a directory, false for a regular file or a link to one. All else would be skipped, waited for or walked in
    circles, so it is refused."""
    try:
        here, target = os.lstat(path), os.stat(path)
    except OSError as problem:
        raise _io_failed(path, "inspect", problem) from None
    if not stat.S_ISDIR(target.st_mode):
        _require_regular(path, target.st_mode)
        return False
    if stat.S_ISLNK(here.st_mode):
        raise Error("io_failed", f"{path}: is a symbolic link to a directory; do: put the directory in its place")
    return True


def _require_regular(path: str, mode: int) -> None:
    if not stat.S_ISREG(mode):
        kind = "a directory" if stat.S_ISDIR(mode) else "a pipe" if stat.S_ISFIFO(mode) else \
            "a socket" if stat.S_ISSOCK(mode) else "a device"
        raise Error("io_failed", f"{path}: is {kind}, not a regular file")


def _io_failed(path: str, action: str, problem: OSError) -> Error:
    return Error("io_failed", f"{_at(path)}cannot {action}: {problem.strerror or problem}")


def _at(path: str) -> str:
    return f"{path}: " if path else ""
