# SPDX-License-Identifier: MIT
"""`seal`: makes an edited file whole again, if what it says still computes what training computed."""

from __future__ import annotations

import os
from typing import Any

from .. import envelope
from ..error import Error
from ..files import read_file, write_file
from ..validate import validate
from .arguments import Arguments, WrongUsage
from .opened import naming
from .people import counted
from .verify import prove

MARK = "\ufeff".encode()  # what some editors put first


def seal(arguments: Arguments) -> None:
    path, target = arguments.file, arguments.options.get("-o", arguments.file)
    if not os.path.isdir(os.path.dirname(target) or "."):
        raise WrongUsage(f"cannot write {target}: no such folder")
    data = read_file(path)
    with naming(path):
        payload = validate(payload_of(data))
        sealed = envelope.seal(payload)
    prove(payload, path)
    if target != path or sealed != data:
        write_file(target, sealed)
    print(f"ok  sealed: {target}, {counted(len(sealed), 'byte')}" + ("" if sealed != data else ", as it was"))


def payload_of(data: bytes) -> dict[str, Any]:
    """The payload in a file that may have been edited: with its envelope, whatever that says of size and checksum, or
    without one."""
    whole = envelope.open_payload(data[len(MARK):] if data.startswith(MARK) else data)
    if "library" in whole:
        return whole
    head, payload = whole.get("prepguard"), whole.get("payload")
    if set(whole) != {"prepguard", "payload"} or not isinstance(head, dict) or not isinstance(payload, dict):
        raise Error("bad_format", "neither a prepguard file nor the payload of one: expected the keys of a payload, or "
                                  f"'prepguard' and 'payload', got {', '.join(map(repr, list(whole)[:8]))}")
    if head.get("format") != envelope.FORMAT:
        raise Error("bad_version", f"file format {head.get('format')!r}; this library writes format "
                                   f"{envelope.FORMAT}: seal it with the library it came from")
    return payload
