# SPDX-License-Identifier: MIT
"""The sealed envelope around the JSON payload, and the strict JSON inside it.

`seal` and `unseal` are inverse: `unseal(seal(p)) == p`, and every changed bit of a sealed file is refused.
"""

from __future__ import annotations

import json
import re
import zlib
from typing import Any

from .error import Error

FORMAT = 1
FILE_CAP = 64 << 20
MAX_DEPTH = 32
MAX_KEYS = 64
MAX_NUMBER = 64
MAX_STRING = 1 << 20
MAX_VALUES = 1 << 22

START = b'{"prepguard":{"format":'
HEADER = re.compile(
    re.escape(START) + rb'1,"bytes":([1-9][0-9]{0,9}),"crc32":"([0-9a-f]{8})"\},\n"payload":\n')
TRAILER = b"\n}\n"
HEADER_LINES = 2

LOOKS_LIKE = (
    (b"\xef\xbb\xbf", "text with a byte order mark"),
    (b"\xff\xfe", "UTF-16 text"),
    (b"\xfe\xff", "UTF-16 text"),
    (b"\x1f\x8b", "a gzip file"),
    (b"PK\x03\x04", "a zip file (or joblib, Keras, NumPy archive)"),
    (b"\x80", "a Python pickle"),
    (b"\x89HDF", "an HDF5 file"),
    (b"\x08", "an ONNX model"),
    (b"<", "HTML or XML"),
    (b"{", "other JSON"),
    (b"[", "other JSON"),
)


def seal(payload: dict[str, Any]) -> bytes:
    """The bytes of the file that holds `payload`; the only text that C++ would write for the same state."""
    require_denormals()
    try:
        text = json.dumps(payload, indent=4, ensure_ascii=False, allow_nan=False).encode("utf-8")
    except ValueError as problem:  # NaN, Infinity or a lone surrogate
        raise Error("bad_state", f"payload cannot be written as JSON: {problem}") from None
    if open_payload(text) != payload:
        raise Error("bad_environment", "the payload changes when it is written and read back")
    header = START + b'%d,"bytes":%d,"crc32":"%08x"},\n"payload":\n' % (FORMAT, len(text), zlib.crc32(text))
    return header + text + TRAILER


def unseal(data: bytes, cap: int = FILE_CAP) -> dict[str, Any]:
    """The payload of a sealed file, proven whole; `Error` otherwise."""
    require_denormals()
    if len(data) > cap:
        raise Error("io_failed", f"{len(data)} bytes are more than the cap of {cap} bytes")
    if not data.startswith(START):
        raise Error("bad_format", f"not a prepguard file: it looks like {_looks_like(data)}")
    _check_format_number(data)
    match = HEADER.match(data)
    if not match:
        changed = b"\r\n" in data[:200]
        cause = "line endings were changed (CR before LF)" if changed else "the header is not in canonical form"
        raise Error("bad_format", f"header: {cause}; copy the file in binary mode or export it again")
    body = data[match.end():-len(TRAILER)]
    if len(body) != int(match[1]) or data[-len(TRAILER):] != TRAILER:
        raise Error("bad_format", f"cut short or extended: the header promises {int(match[1])} payload bytes, "
                                  f"found {max(len(body), 0)} before the trailer; export or copy the file again")
    if zlib.crc32(body) != int(match[2], 16):
        raise Error("bad_format", f"damaged, or edited by hand: crc32 {zlib.crc32(body):08x}, "
                                  f"expected {match[2].decode()}; export it again, or seal the edited payload")
    return open_payload(body)


def open_payload(text: bytes) -> dict[str, Any]:
    """Parse the payload under the strict rules of the format: kinds, limits, no duplicate keys."""
    try:
        decoded = text.decode("utf-8")
        _check_depth(decoded)
        value = json.loads(decoded, object_pairs_hook=_object, parse_constant=_no_constant,
                           parse_float=_double, parse_int=_int64)
        _check_values(value)
    except Error:
        raise
    except (ValueError, RecursionError) as problem:
        raise Error("bad_format", f"payload: {problem}") from None
    if not isinstance(value, dict):
        raise Error("bad_format", f"payload: expected an object, got {type(value).__name__}")
    return value


def check_text(text: str, where: str, code: str = "bad_format") -> None:
    """Refuse what no file can hold: U+0000, lone surrogates, more than 1 MiB."""
    if "\0" in text:
        raise Error(code, f"{where}: text with U+0000 cannot be stored; remove it")
    try:
        size = len(text.encode("utf-8"))
    except UnicodeEncodeError:
        raise Error(code, f"{where}: text {text!r} is not valid Unicode (lone surrogate)") from None
    if size > MAX_STRING:
        raise Error(code, f"{where}: text of {size} bytes, at most {MAX_STRING} can be stored")


def require_denormals() -> None:
    """A loaded library built with -Ofast sets flush-to-zero for the process; numbers would then change silently."""
    if float("5e-324") * 1.0 == 0.0:
        raise Error("bad_environment", "flush-to-zero is on in this process (a library built with -Ofast or "
                                       "-ffast-math sets it): small numbers would become 0; load it later")


def _looks_like(data: bytes) -> str:
    if not data:
        return "an empty file"
    if START.startswith(data):
        return "the first bytes of a cut file"
    return next((name for start, name in LOOKS_LIKE if data.startswith(start)), f"{data[:8]!r}...")


def _check_format_number(data: bytes) -> None:
    number = re.compile(rb"[1-9][0-9]{0,18}(?=[^0-9])").match(data, len(START))
    if number and int(number[0]) != FORMAT:
        writer = re.search(rb'"library_version": *"([^"\n]{1,40})"', data)
        by = f", written by version {writer[1].decode('utf-8', 'replace')}" if writer else ""
        raise Error("bad_version", f"file format {int(number[0])}{by}; this library reads format {FORMAT}: update it")


def _check_depth(text: str) -> None:
    depth = 0
    for bracket in re.findall(r"[][{}]", re.sub(r'"(?:[^"\\]|\\.)*"', "", text)):
        depth += 1 if bracket in "[{" else -1
        if depth > MAX_DEPTH:
            raise Error("bad_format", f"payload: nested deeper than {MAX_DEPTH}")


def _check_values(root: Any) -> None:
    count, waiting = 0, [root]
    while waiting:
        value = waiting.pop()
        count += 1
        if count > MAX_VALUES:
            raise Error("bad_format", f"payload: more than {MAX_VALUES} values")
        if isinstance(value, str):
            check_text(value, "payload")
        elif isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(pairs) > MAX_KEYS:
        raise Error("bad_format", f"payload: an object with {len(pairs)} keys, at most {MAX_KEYS}")
    result = dict(pairs)
    if len(result) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise Error("bad_format", f"payload: duplicate key {twice!r}")
    return result


def _no_constant(token: str) -> None:
    raise Error("bad_format", f"payload: {token} is not a JSON number")


def _double(token: str) -> float:
    if len(token) > MAX_NUMBER:
        raise Error("bad_format", f"payload: a number of {len(token)} characters, at most {MAX_NUMBER}")
    value = float(token)
    if value - value != 0.0:
        raise Error("bad_format", f"payload: number {token} overflows")
    if value == 0.0 and re.search("[1-9]", re.split("[eE]", token)[0]):
        raise Error("bad_format", f"payload: number {token} underflows to 0")
    return value


def _int64(token: str) -> int:
    if len(token) > 20 or token == "-0" or not -2**63 <= int(token) < 2**63:
        raise Error("bad_format", f"payload: {token[:30]} is not a 64-bit integer")
    return int(token)
