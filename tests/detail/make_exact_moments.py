#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes exact_moments_table.hpp: columns, and their mean and variance rounded once from exact fractions.

    make_exact_moments.py            write the table
    make_exact_moments.py --check    fail if the committed table is not what this script writes
"""

import math
import random
import struct
import sys
import textwrap
from fractions import Fraction
from pathlib import Path

TABLE = Path(__file__).with_name("exact_moments_table.hpp")
# (lowest exponent field, number of exponent fields, cells)
RECIPES = [(1023, 1, 255), (1023, 1, 256), (1023, 1, 257), (1015, 9, 1000), (1023, 40, 1000), (1020, 60, 999),
           (0, 1, 500), (0, 3, 300), (0, 60, 700), (500, 30, 400), (0, 2047, 2000), (0, 1400, 1500),
           (400, 700, 1024), (2046, 1, 600), (1500, 30, 512), (1533, 2, 50), (479, 12, 100), (485, 4, 3),
           (1000, 12, 1000), (1000, 13, 1000), (0, 12, 1000), (0, 13, 1000), (0, 14, 1000), (2035, 12, 1000)]
OVERFLOW = 0x7FF0000000000000  # the bits of infinity stand for "no double is large enough"

HEADER = """\
// SPDX-License-Identifier: MIT
// Written by make_exact_moments.py; do not edit.
#pragma once

#include <cstdint>
#include <vector>

/// A column and its exact moments. Numbers are bit patterns, so that no compiler flag touches them.
struct ExactColumn {
  const char* name;
  bool single;                       ///< the cells are float32
  std::vector<std::uint64_t> cells;  ///< the cells, if `count` is 0
  /// Else `count` random cells: of every two splitmix64 numbers `a`, `b`, sign and fraction are those of `a`,
  /// the exponent field is `lowest + b % span`.
  std::uint64_t seed, lowest, span, count;
  std::uint64_t numbers, missing;  ///< cells that are not NaN, and those that are
  std::uint64_t mean, variance;    ///< rounded to double; infinity: beyond every double
};

inline const std::vector<ExactColumn> exact_columns = {
"""


def double_bits(x):
    return struct.unpack("<Q", struct.pack("<d", x))[0]


def single_bits(x):
    return struct.unpack("<I", struct.pack("<f", x))[0]


def value(bits, single):
    return struct.unpack("<f" if single else "<d", bits.to_bytes(4 if single else 8, "little"))[0]


def rounded_bits(fraction):
    """int / int in Python is correctly rounded, denormals and ties included."""
    try:
        return double_bits(fraction.numerator / fraction.denominator)
    except OverflowError:
        return OVERFLOW


def splitmix64(seed):
    state = seed
    mask = (1 << 64) - 1
    while True:
        state = (state + 0x9E3779B97F4A7C15) & mask
        z = state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        yield z ^ (z >> 31)


def recipe_cells(seed, lowest, span, count):
    """Random sign, fraction, and exponent field; the C++ test builds the same cells."""
    stream = splitmix64(seed)
    for _ in range(count):
        bits = next(stream)
        exponent = lowest + next(stream) % span
        yield bits & 0x800FFFFFFFFFFFFF | exponent << 52


def row(name, cells, single=False, recipe=None):
    numbers = [Fraction(value(c, single)) for c in cells if not math.isnan(value(c, single))]
    mean = variance = Fraction(0)
    if numbers:
        mean = sum(numbers) / len(numbers)
        variance = sum((x - mean) ** 2 for x in numbers) / len(numbers)
    listed = "" if recipe else ", ".join(f"{c:#x}" for c in cells)
    seed, lowest, span, count = recipe or (0, 0, 0, 0)
    text = (f'{{"{name}", {"true" if single else "false"}, {{{listed}}}, {seed}, {lowest}, {span}, {count}, '
            f"{len(numbers)}, {len(cells) - len(numbers)}, "
            f"{rounded_bits(mean):#x}, {rounded_bits(variance):#x}}},")
    indents = {"initial_indent": " " * 4, "subsequent_indent": " " * 5}
    return textwrap.fill(text, 110, break_on_hyphens=False, **indents) + "\n"


def hostile_columns():
    """(name, values) in float64; NaN is missing."""
    draw = random.Random(20).random
    nan = math.nan
    largest, tiny, smallest_normal = sys.float_info.max, 5e-324, sys.float_info.min
    yield "no cells", []
    yield "missing only", [nan] * 3
    yield "single value", [14.62]
    yield "14.62 repeated", [14.62] * 30
    yield "negative zeros", [-0.0] * 4
    yield "zeros of both signs", [0.0, -0.0, 0.0]
    yield "mean 1e8, deviation 1", [1e8 + 2 * draw() - 1 for _ in range(40)]
    yield "1e8 and its neighbours", [1e8 + 1.5e-8 * k for k in (-1, 0, 1, 1, 0, -1, 1)]
    yield "magnitudes 1e-300 to 1e300", [(-1) ** k * 1.1 * 10.0 ** (25 * k - 300) for k in range(25)]
    yield "magnitudes 1e-150 to 1e150", [(-1) ** k * 1.1 * 10.0 ** (25 * k - 150) for k in range(13)]
    yield "alternating 1e16 and a little", [s * 1e16 + 2 * k for k in range(20) for s in (1, -1)]
    yield "alternating 1e16", [1e16, -1e16] * 10
    yield "outlier 1e16", [draw() for _ in range(30)] + [1e16]
    yield "denormals", [k * tiny for k in (1, -2, 3, 5, -7, 11, 2**51, 2**52 - 1)]
    yield "smallest denormal, mean a tie to 0", [tiny, 0.0]
    yield "three halves of the smallest denormal", [tiny, 2 * tiny]
    yield "negative mean that rounds to -0.0", [-tiny, 0.0, 0.0]
    yield "mean rounds up to the smallest normal", [smallest_normal, smallest_normal - tiny]
    yield "variance is a denormal", [1e-160, -1e-160, 3e-161]
    yield "variance is a tie to 0", [2.0**-537, -(2.0**-537), 0.0, 0.0]
    yield "variance is a tie between denormals", [3 * 2.0**-537, -3 * 2.0**-537, 0.0, 0.0]
    yield "variance just above a tie to 0", [2.0**-537, -(2.0**-537), 0.0, tiny]
    yield "variance underflows", [1e-200, 2e-200]
    yield "largest doubles of both signs", [largest, -largest] * 3
    yield "largest double repeated", [largest] * 5
    yield "largest variance", [2.0**511 * 1.9999999999999998, -(2.0**511) * 1.9999999999999998]
    yield "variance just overflows", [2.0**512, -(2.0**512)]
    yield "mean is a tie, even below", [1.0, 1.0 + 2.0**-52]
    yield "mean is a tie, even above", [1.0 + 2.0**-52, 1.0 + 2.0**-51]
    yield "mean just above a tie", [1.0, 1.0 + 2.0**-52, 2.0**-1000, 0.0]
    yield "mean rounds up to a power of two", [2.0 - 2.0**-52, 2.0]
    yield "zeros among similar numbers", [0.0, 1.5, -0.0, -2.75, 3.0, 0.0]
    yield "missing among numbers", [nan, 1.5, nan, -2.25, 1e-310, nan]


def single_columns():
    draw = random.Random(21).random
    yield "float32 tenths", [0.1 * k for k in range(12)]
    yield "float32 range", [3.4028234663852886e38, -3.4028234663852886e38, 1.17549435e-38, 1e10]
    yield "float32 denormals", [1.401298464324817e-45, -7e-44, 1.1754942106924411e-38, 0.0, -0.0]
    yield "float32 mean 16777216", [16777216.0 + 2 * draw() for _ in range(20)]
    yield "float32 missing", [math.nan, 2.5, -0.75]


def table():
    rows = [row(name, [double_bits(x) for x in xs]) for name, xs in hostile_columns()]
    rows += [row(name, [single_bits(x) for x in xs], single=True) for name, xs in single_columns()]
    for seed, (lowest, span, count) in enumerate(RECIPES, start=1):
        recipe = (seed, lowest, span, count)
        name = f"random, exponent fields {lowest} to {lowest + span - 1}, {count} cells"
        rows.append(row(name, list(recipe_cells(*recipe)), recipe=recipe))
    return HEADER + "".join(rows) + "};\n"


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        if TABLE.read_text() != table():
            sys.exit(f"{TABLE.name} is not what make_exact_moments.py writes")
        print(f"{TABLE.name} is up to date")
    else:
        TABLE.write_text(table())
