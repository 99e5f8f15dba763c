#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes kernel_table.hpp: hashes of the bits every kernel must produce, computed without the library.

Arithmetic is numpy's, one operation at a time in float64, rounded to the cells' type after each; a sample is
compared with exact rational arithmetic here. kernel_flags.cpp makes the same inputs with integer arithmetic.
"""
import sys
from fractions import Fraction

import numpy as np

CELLS = 16384
MASK = (1 << 64) - 1
LAYOUT = {np.float32: (np.uint32, 23, 127, 0x7F800000), np.float64: (np.uint64, 52, 1023, 0x7FF0000000000000)}
OPERATIONS = [("subtract", "divide"), ("multiply", "add"), ("none", "divide"), ("subtract", "none"),
              ("multiply", "none"), ("none", "add")]
QUOTIENTS = [("subtract", "divide"), ("none", "divide")]
COLUMNS = [1, 13, 37, 100]
CLIPS = [(0.0, 1.0), (-0.0, 0.5), (-2.5, -0.0), (-1.0, 0.0)]
SENTINELS = [0.0, -1.0, float("inf")]


class Random:
    """splitmix64"""

    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)


def specials(t):
    bits, mantissa, bias, infinity = LAYOUT[t]
    one = bias << mantissa
    return [0, 1, (1 << mantissa) - 1, 1 << mantissa, infinity - 1, infinity, infinity + 1,
            infinity | infinity >> 1, one, one + 1, one - 1, one >> 1]


def zeros_and_ones(t):
    """Nothing that a quotient without division cannot do: the others are special."""
    bits, mantissa, bias, _ = LAYOUT[t]
    one = bias << mantissa
    return [0, one, one + 1, one - 1, one >> 1 | 1 << mantissa + 5]


def number(random, t, spread):
    """Bits of a number of either sign with an exponent within 2^+-spread."""
    bits, mantissa, bias, _ = LAYOUT[t]
    r = random.next()
    exponent = bias - spread + (r >> 1) % (2 * spread + 1)
    fraction = random.next() >> (64 - mantissa)
    return (r & 1) << (8 * t(0).itemsize - 1) | exponent << mantissa | fraction


def cells(t, special):
    """One cell in eight is special."""
    random = Random(1)
    out = []
    for _ in range(CELLS):
        r = random.next()
        if r % 8 == 0:
            out.append(special[(r >> 8) % len(special)] | ((r >> 4) & 1) << (8 * t(0).itemsize - 1))
        else:
            out.append(number(random, t, 60))
    return np.array(out, LAYOUT[t][0]).view(t)


def statistics(seed, columns):
    random = Random(seed)
    return np.array([number(random, np.float64, 40) for _ in range(columns)], np.uint64).view(np.float64)


def step(x, operation, statistic):
    if operation == "none":
        return x
    wide = getattr(np, operation)(x.astype(np.float64), statistic)
    check_sample(x, operation, np.broadcast_to(statistic, x.shape), wide)
    return wide.astype(x.dtype)


def check_sample(x, operation, statistic, result):
    exact = {"subtract": Fraction.__sub__, "add": Fraction.__add__, "multiply": Fraction.__mul__,
             "divide": Fraction.__truediv__}[operation]
    for a, b, got in list(zip(x.flat, statistic.flat, result.flat))[:2000]:
        if np.isfinite(a) and np.isfinite(got):
            want = float(exact(Fraction(float(a)), Fraction(float(b))))
            assert want == got, (operation, a, b, want, got)


def clip(x, low, high):
    low, high = x.dtype.type(low), x.dtype.type(high)
    nan = np.isnan(x)
    y = np.where(x > low, x, np.where(nan, x, low))
    return np.where(y < high, y, np.where(nan, y, high))


def fnv(x):
    """FNV-1a over the cells as integers; all NaN count as one."""
    t = x.dtype.type
    bits, _, _, infinity = LAYOUT[t]
    canonical = np.where(np.isnan(x), bits(infinity + 1), np.ascontiguousarray(x).view(bits))
    h = 0xCBF29CE484222325
    for value in canonical.ravel().tolist():
        h = ((h ^ value) * 0x100000001B3) & MASK
    return h


def rows(t, columns, special):
    return cells(t, special)[:CELLS // columns * columns].reshape(-1, columns)


def table(t):
    for columns in COLUMNS:
        x, a, b = rows(t, columns, specials(t)), statistics(2, columns), statistics(3, columns)
        for first, second in OPERATIONS:
            yield fnv(step(step(x, first, a), second, b))
        fill = a.astype(t)
        yield fnv(np.where(np.isnan(x), fill, x))
        for sentinel in SENTINELS:
            yield fnv(np.where(x == t(sentinel), fill, x))
        for low, high in CLIPS:
            yield fnv(clip(x, low, high))
        ordinary = rows(t, columns, zeros_and_ones(t))
        for kind in (np.float64, np.float32):
            for first, second in QUOTIENTS:
                yield fnv(step(step(ordinary, first, a.astype(kind)), second, abs(b.astype(kind))))


def main():
    np.seterr(all="ignore")
    print("// SPDX-License-Identifier: MIT")
    print("// Written by make_kernel_table.py.")
    print("#pragma once\n\n#include <cstdint>\n")
    print("/// Hashes of expected results: for each width operations, replacements, clips, quotients.")
    for t, name in ((np.float32, "float32_hashes"), (np.float64, "float64_hashes")):
        print(f"inline constexpr std::uint64_t {name}[] = {{")
        for h in table(t):
            print(f"    0x{h:016x},")
        print("};")


if __name__ == "__main__":
    sys.exit(main())
