# SPDX-License-Identifier: MIT
"""The two hash functions by which Keras spreads values over buckets: FarmHash's 64-bit fingerprint (Geoff Pike's
published algorithm for stable hashes) and SipHash-2-4 (Aumasson and Bernstein), over bytes, as TensorFlow calls them."""

from __future__ import annotations

import struct

MASK = 2**64 - 1
K0, K1, K2 = 0xC3A5C85C97CB3127, 0xB492B66FBE98F273, 0x9AE16A3B2F90404F


def farmhash(data: bytes) -> int:
    """FarmHash's Fingerprint64."""
    size = len(data)
    if size <= 16:
        return _up_to_16(data)
    if size <= 32:
        return _mix(*_halves(data, K1), _multiplier(size))
    if size <= 64:
        return _up_to_64(data)
    return _long(data)


def siphash(data: bytes, key: tuple[int, int]) -> int:
    """SipHash-2-4 with a key of two 64-bit words."""
    low, high = key[0] & MASK, key[1] & MASK
    state = [low ^ 0x736F6D6570736575, high ^ 0x646F72616E646F6D, low ^ 0x6C7967656E657261, high ^ 0x7465646279746573]
    padded = data + bytes(7 - len(data) % 8) + bytes([len(data) & 255])
    for (word,) in struct.iter_unpack("<Q", padded):
        state[3] ^= word
        _sip_rounds(state, 2)
        state[0] ^= word
    state[2] ^= 255
    _sip_rounds(state, 4)
    return state[0] ^ state[1] ^ state[2] ^ state[3]


def _sip_rounds(v: list[int], count: int) -> None:
    for _ in range(count):
        v[0] = (v[0] + v[1]) & MASK
        v[2] = (v[2] + v[3]) & MASK
        v[1] = _left(v[1], 13) ^ v[0]
        v[3] = _left(v[3], 16) ^ v[2]
        v[0] = (_left(v[0], 32) + v[3]) & MASK
        v[2] = (v[2] + v[1]) & MASK
        v[1] = _left(v[1], 17) ^ v[2]
        v[3] = _left(v[3], 21) ^ v[0]
        v[2] = _left(v[2], 32)


def _left(x: int, by: int) -> int:
    return ((x << by) | (x >> (64 - by))) & MASK


def _right(x: int, by: int) -> int:
    x &= MASK
    return ((x >> by) | (x << (64 - by))) & MASK


def _fold(x: int) -> int:
    x &= MASK
    return x ^ (x >> 47)


def _word(data: bytes, at: int) -> int:
    return int.from_bytes(data[at:at + 8], "little")


def _multiplier(size: int) -> int:
    return K2 + 2 * size


def _mix(u: int, v: int, multiplier: int) -> int:
    first = _fold((u ^ v) * multiplier)
    return (_fold((v ^ first) * multiplier) * multiplier) & MASK


def _up_to_16(data: bytes) -> int:
    size = len(data)
    multiplier = _multiplier(size)
    if size >= 8:
        a, b = _word(data, 0) + K2, _word(data, size - 8)
        return _mix((_right(b, 37) * multiplier + a) & MASK, ((_right(a, 25) + b) * multiplier) & MASK, multiplier)
    if size >= 4:
        first, last = (int.from_bytes(part, "little") for part in (data[:4], data[-4:]))
        return _mix(size + (first << 3), last, multiplier)
    if size == 0:
        return K2
    y, z = data[0] + (data[size // 2] << 8), size + (data[-1] << 2)
    return (_fold(y * K2 ^ z * K0) * K2) & MASK


def _halves(data: bytes, first: int) -> tuple[int, int]:
    """What the ends of 17 to 64 bytes are folded into; `first` multiplies the first word."""
    size = len(data)
    a, b = (_word(data, 0) * first) & MASK, _word(data, 8)
    c, d = (_word(data, size - 8) * _multiplier(size)) & MASK, (_word(data, size - 16) * K2) & MASK
    return (_right(a + b, 43) + _right(c, 30) + d) & MASK, (a + _right(b + K2, 18) + c) & MASK


def _up_to_64(data: bytes) -> int:
    size = len(data)
    multiplier = _multiplier(size)
    y, other = _halves(data, K2)
    z = _mix(y, other, multiplier)
    e, f = (_word(data, 16) * multiplier) & MASK, _word(data, 24)
    g = ((y + _word(data, size - 32)) * multiplier) & MASK
    h = ((z + _word(data, size - 24)) * multiplier) & MASK
    a = (_word(data, 0) * K2) & MASK
    return _mix((_right(e + f, 43) + _right(g, 30) + h) & MASK, (e + _right(f + a, 18) + g) & MASK, multiplier)


def _weak(data: bytes, at: int, a: int, b: int) -> tuple[int, int]:
    w, x, y, z = (_word(data, at + 8 * k) for k in range(4))
    a += w
    b = _right(a + b + z, 21)
    c = a
    a += x + y
    return (a + z) & MASK, (b + _right(a, 44) + c) & MASK


def _long(data: bytes) -> int:
    x, y = 81, 81 * K1 + 113
    z = (_fold(y * K2 + 113) * K2) & MASK
    x = x * K2 + _word(data, 0)
    v, w = (0, 0), (0, 0)
    end = (len(data) - 1) // 64 * 64
    for at in range(0, end, 64):
        x, y, z, v, w = _round(data, at, (x, y, z, v, w), K1, 1)
    multiplier = K1 + ((z & 255) << 1)
    first = w[0] + (len(data) - 1) % 64
    v = (v[0] + first, v[1])
    w = (first + v[0], w[1])
    x, y, z, v, w = _round(data, len(data) - 64, (x, y, z, v, w), multiplier, 9)
    return _mix((_mix(v[0], w[0], multiplier) + _fold(y) * K0 + z) & MASK,
                (_mix(v[1], w[1], multiplier) + x) & MASK, multiplier)


def _round(data: bytes, at: int, state: tuple, multiplier: int, weight: int) -> tuple:
    """64 bytes; the last round weighs two terms by nine."""
    x, y, z, v, w = state
    x = (_right(x + y + v[0] + _word(data, at + 8), 37) * multiplier) ^ ((w[1] * weight) & MASK)
    y = _right(y + v[1] + _word(data, at + 48), 42) * multiplier + v[0] * weight + _word(data, at + 40)
    z = _right(z + w[0], 33) * multiplier
    x, y, z = x & MASK, y & MASK, z & MASK
    v = _weak(data, at, v[1] * multiplier, x + w[0])
    w = _weak(data, at + 32, z + w[1], y + _word(data, at + 16))
    return z, y, x, v, w
