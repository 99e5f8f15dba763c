# SPDX-License-Identifier: MIT
"""A PEP 517/660 build back-end for one pure Python package: needs nothing, so it works without a network."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import re
import tarfile
import zipfile
from typing import Any, Optional

ROOT = os.path.dirname(os.path.abspath(__file__))
PACKAGE = "prepguard"
SOURCES = (".py", ".typed")
WHEEL = b"Wheel-Version: 1.0\nGenerator: build_backend\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def build_wheel(wheel_directory: str, config_settings: Any = None, metadata_directory: Optional[str] = None) -> str:
    return _write_wheel(wheel_directory, {name: _read(name) for name in _package_files()})


def build_editable(wheel_directory: str, config_settings: Any = None, metadata_directory: Optional[str] = None) -> str:
    return _write_wheel(wheel_directory, {f"__editable__.{PACKAGE}.pth": ROOT.encode() + b"\n"})


def build_sdist(sdist_directory: str, config_settings: Any = None) -> str:
    start = f"{PACKAGE}-{_field('version')}"
    files = {name: _read(name) for name in [*_package_files(), "pyproject.toml", "build_backend.py", "README.md"]}
    files["PKG-INFO"] = _metadata()
    with tarfile.open(os.path.join(sdist_directory, start + ".tar.gz"), "w:gz", format=tarfile.PAX_FORMAT) as archive:
        for name in sorted(files):
            entry = tarfile.TarInfo(f"{start}/{name}")
            entry.size = len(files[name])
            archive.addfile(entry, io.BytesIO(files[name]))
    return start + ".tar.gz"


def _write_wheel(folder: str, files: dict[str, bytes]) -> str:
    start = f"{PACKAGE}-{_field('version')}"
    info = start + ".dist-info"
    files = {**files, f"{info}/METADATA": _metadata(),
             f"{info}/WHEEL": WHEEL}
    record = "".join(f"{name},sha256={_digest(data)},{len(data)}\n" for name, data in files.items())
    files[f"{info}/RECORD"] = (record + f"{info}/RECORD,,\n").encode()
    name = start + "-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(folder, name), "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in files.items():
            entry = zipfile.ZipInfo(path)  # fixed date and mode: the same sources give the same wheel
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return name


def _package_files() -> list[str]:
    found = []
    for folder, _, names in os.walk(os.path.join(ROOT, PACKAGE)):
        found += [os.path.relpath(os.path.join(folder, name), ROOT).replace(os.sep, "/")
                  for name in names if name.endswith(SOURCES)]
    return sorted(found)


def _metadata() -> bytes:
    lines = ["Metadata-Version: 2.1", f"Name: {PACKAGE}", f"Version: {_field('version')}",
             f"Summary: {_field('description')}", "License: MIT", f"Requires-Python: {_field('requires-python')}"]
    lines += [f"Requires-Dist: {need}" for need in re.findall(r'"([^"]+)"', _line("dependencies"))]
    return ("\n".join([*lines, "Description-Content-Type: text/markdown", "", ""])).encode() + _read("README.md")


def _field(name: str) -> str:
    return re.findall(r'"([^"]*)"', _line(name))[0]


def _line(name: str) -> str:
    """A one-line entry of pyproject.toml; the standard library has no TOML reader before Python 3.11."""
    return next(line for line in _read("pyproject.toml").decode().splitlines() if line.startswith(name + " ="))


def _read(name: str) -> bytes:
    with open(os.path.join(ROOT, name), "rb") as file:
        return file.read()


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
