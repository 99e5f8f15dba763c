# SPDX-License-Identifier: MIT
"""The small part of HDF5 that Keras writes its weights in, read with the standard library.

Superblock version 0, groups as symbol tables, contiguous or compact datasets of little-endian float32, float64, int32 or
int64. Everything else (chunks, filters, newer superblocks, other types) is refused by name.
"""

from __future__ import annotations

import struct
from typing import Any, Iterator, NoReturn

import numpy as np

from ..error import Error

SIGNATURE = b"\x89HDF\r\n\x1a\n"
UNDEFINED = 2**64 - 1
MAX_VISITS = 100_000  # of nodes and messages: a file whose parts point at each other ends
TYPES = {  # the datatype messages, byte for byte
    bytes.fromhex("11201f0004000000" "0000200017080017" "7f000000"): "<f4",
    bytes.fromhex("11203f0008000000" "00004000340b0034" "ff030000"): "<f8",
    bytes.fromhex("1008000004000000" "00002000"): "<i4",
    bytes.fromhex("1008000008000000" "00004000"): "<i8",
}
DATASPACE, DATATYPE, EXTERNAL, LAYOUT, FILTERS, CONTINUATION, SYMBOLS = 0x01, 0x03, 0x07, 0x08, 0x0B, 0x10, 0x11


def read_datasets(data: bytes, where: str) -> dict[str, np.ndarray]:
    """Every dataset of the file by its path, `layers/normalization/vars/0`. Raises `bad_format`."""
    file = _File(data, where)
    try:
        return dict(file.datasets())
    except struct.error:
        file.refuse("damaged: a message is too short")


class _File:
    def __init__(self, data: bytes, where: str):
        self.data, self.where, self.visits = data, where, 0

    def datasets(self) -> Iterator[tuple[str, np.ndarray]]:
        if self.data[:8] != SIGNATURE:
            self.refuse("is not an HDF5 file")
        version, _, table, _, shared, offsets, lengths = self.unpack("<7B", 8)
        if (version, table, shared, offsets, lengths) != (0, 0, 0, 8, 8):
            self.refuse(f"superblock version {version} with {8 * offsets}-bit offsets; expected version 0, 64 bits")
        if self.unpack("<Q", 24) != (0,):
            self.refuse("the base address is not 0")
        yield from self.object("", self.unpack("<Q", 64)[0])

    def object(self, path: str, address: int) -> Iterator[tuple[str, np.ndarray]]:
        messages = self.messages(address, path)
        if SYMBOLS in messages:
            tree, heap = struct.unpack_from("<QQ", messages[SYMBOLS])
            names = self.heap(heap)
            for name_offset, header in self.symbols(tree):
                name = self.name(names + name_offset)
                yield from self.object(f"{path}/{name}" if path else name, header)
        elif LAYOUT in messages:
            yield path, self.dataset(messages, path)
        else:
            self.refuse(f"{path or 'the root'} is neither a symbol table nor a dataset")

    def messages(self, address: int, path: str) -> dict[int, bytes]:
        """The messages of a version 1 object header by their type."""
        version, _, count, _, size = self.unpack("<BBHII", address)
        if version != 1:
            self.refuse(f"object header version {version} of {path!r}; expected 1")
        found: dict[int, bytes] = {}
        blocks = [(address + 16, size)]
        for at, length in blocks:
            end = at + length
            while at + 8 <= end and count > 0:
                kind, size, flags = self.unpack("<HHB", at)
                body = self.take(at + 8, size)
                if flags & 2 and kind in (DATASPACE, DATATYPE, LAYOUT):
                    self.refuse(f"{path!r} has a shared message")
                if kind == CONTINUATION:
                    blocks.append(struct.unpack_from("<QQ", body))
                found.setdefault(kind, body)
                at, count = at + 8 + size, count - 1
        return found

    def heap(self, address: int) -> int:
        """Where the names of a group are."""
        if self.take(address, 5) != b"HEAP\0":
            self.refuse("a group has no local heap")
        return self.unpack("<Q", address + 24)[0]

    def symbols(self, address: int) -> Iterator[tuple[int, int]]:
        """Name offset and object header of every member of a group."""
        if self.take(address, 4) == b"SNOD":
            for index in range(self.unpack("<H", address + 6)[0]):
                name, header, cache = self.unpack("<QQI", address + 8 + 40 * index)
                if cache == 2:
                    self.refuse("a group has a symbolic link")
                yield name, header
            return
        if self.take(address, 5) != b"TREE\0":
            self.refuse("a group has no B-tree of version 1")
        for index in range(self.unpack("<H", address + 6)[0]):
            yield from self.symbols(self.unpack("<Q", address + 32 + 16 * index)[0])

    def dataset(self, messages: dict[int, bytes], path: str) -> np.ndarray:
        if FILTERS in messages or EXTERNAL in messages:
            self.refuse(f"{path!r} is compressed or external; expected plain bytes")
        space = messages.get(DATASPACE, b"\0\0")
        start = {1: 8, 2: 4}.get(space[0])
        if start is None or len(space) < start + 8 * space[1]:
            self.refuse(f"{path!r} has dataspace version {space[0]}; expected 1 or 2")
        shape = struct.unpack_from(f"<{space[1]}Q", space, start)
        raw = messages.get(DATATYPE, b"")
        dtype = next((name for known, name in TYPES.items() if raw.startswith(known)), None)
        if dtype is None:
            self.refuse(f"{path!r} is of type {raw[:20].hex()}; expected little-endian float32, float64, int32 or int64")
        size = int(np.dtype(dtype).itemsize)
        for extent in shape:
            size *= extent
        body = self.layout(messages[LAYOUT], size, path)
        return np.frombuffer(body, dtype=dtype).reshape(shape)

    def layout(self, layout: bytes, size: int, path: str) -> bytes:
        if layout[0] == 3 and layout[1] == 0:
            return bytes(layout[4:4 + struct.unpack_from("<H", layout, 2)[0]])[:size]
        if layout[0] != 3 or layout[1] != 1:
            self.refuse(f"{path!r} has layout version {layout[0]}, class {layout[1]}; expected contiguous or compact")
        address, stored = struct.unpack_from("<QQ", layout, 2)
        if size == 0:
            return b""
        if address == UNDEFINED or stored < size:
            self.refuse(f"{path!r} has no data: {stored} bytes stored, {size} expected")
        return self.take(address, size)

    def name(self, at: int) -> str:
        end = self.data.find(b"\0", at)
        if end < 0:
            self.refuse("a name has no end")
        return self.data[at:end].decode("utf-8", "replace")

    def unpack(self, form: str, at: int) -> tuple[Any, ...]:
        return struct.unpack(form, self.take(at, struct.calcsize(form)))

    def take(self, at: int, size: int) -> bytes:
        self.visits += 1
        if at + size > len(self.data) or self.visits > MAX_VISITS:
            self.refuse(f"damaged: {size} bytes wanted at {at} of {len(self.data)}")
        return self.data[at:at + size]

    def refuse(self, problem: str) -> NoReturn:
        raise Error("bad_format", f"{self.where}: {problem}; load the model with Keras and pass it instead of its file")
