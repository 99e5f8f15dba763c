# SPDX-License-Identifier: MIT
"""Reading a file once and whole, writing one so that a reader sees the old or the new bytes, never a mixture."""

from __future__ import annotations

import os
import secrets
import stat
from typing import Union

from .envelope import FILE_CAP
from .error import Error

Path = Union[str, bytes, "os.PathLike[str]", "os.PathLike[bytes]"]


def read_file(path: Path, cap: int = FILE_CAP) -> bytes:
    """All bytes of a regular file of at most `cap` bytes."""
    name = os.fsdecode(path)
    try:
        handle = os.open(name, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with open(handle, "rb") as file:
            state = os.fstat(handle)
            if not stat.S_ISREG(state.st_mode):
                raise Error("io_failed", f"{name}: not a regular file")
            if state.st_size > cap:
                raise Error("io_failed", f"{name}: {state.st_size} bytes, more than the cap of {cap}")
            data = file.read(state.st_size + 1)
            if len(data) != state.st_size or os.fstat(handle).st_size != state.st_size:
                raise Error("io_failed", f"{name}: its size changed while it was read")
            return data
    except OSError as problem:
        raise Error("io_failed", f"{name}: cannot read: {problem.strerror or problem}") from None


def write_file(path: Path, data: bytes) -> None:
    """Replace `path` by `data` in one step; on failure the old file stays and the temporary one goes."""
    name = os.path.realpath(os.fsdecode(path))
    folder = os.path.dirname(name)
    temporary = os.path.join(folder, f".prepguard-{os.getpid()}-{secrets.token_hex(8)}.tmp")
    try:
        try:
            _write_new(temporary, data)
            if os.path.exists(name):
                os.chmod(temporary, stat.S_IMODE(os.stat(name).st_mode))
            os.replace(temporary, name)
        except BaseException:
            _remove_if_there(temporary)
            raise
        _sync_folder(folder)
    except OSError as problem:
        raise Error("io_failed", f"{name}: cannot write: {problem.strerror or problem}") from None


def _write_new(name: str, data: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with open(os.open(name, flags, 0o666), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _remove_if_there(name: str) -> None:
    try:
        os.unlink(name)
    except FileNotFoundError:
        pass


def _sync_folder(folder: str) -> None:
    if os.name != "posix":  # elsewhere a directory cannot be opened
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
