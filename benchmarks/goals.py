# SPDX-License-Identifier: MIT
"""The goals that the figures of benchmarks/run are held against. None is a pass mark: they tell how far there is to go."""

import re

DISPATCHED = "prepguard, dispatched"
UNCHECKED = "prepguard, apply: no checks"


def of_limit(variant):
    return lambda rows: rows[variant].get("of_limit")


def time(variant):
    return lambda rows: rows[variant]["ns"]


def times(variant, peer):
    """How many times as long the peer takes."""
    return lambda rows: rows[peer]["ns"] / rows[variant]["ns"]


def extra(variant, base):
    """What is added to the time of `base`, as a share of it."""
    return lambda rows: rows[variant]["ns"] / rows[base]["ns"] - 1


def above(variant, base):
    """Nanoseconds added to `base`."""
    return lambda rows: rows[variant]["ns"] - rows[base]["ns"]


class Goal:
    """`measure(rows by variant)` of each case that fits, against a bound: a share of the limit unless a unit is given."""

    def __init__(self, number, text, program, case, variant, measure, sense, bound, unit=""):
        self.number, self.text, self.variant = number, text, variant
        self.program, self.case, self.measure = program, case, measure
        self.sense, self.bound, self.unit = sense, bound, unit

    def holds_for(self, program, case):
        return program == self.program and re.fullmatch(self.case, case) is not None

    def value(self, rows):
        by_variant = {row["variant"]: row for row in rows if row["right"]}
        try:
            return self.measure(by_variant)
        except KeyError:
            return None

    def reached(self, value):
        return value >= self.bound if self.sense == ">=" else value <= self.bound

    def shown(self, value):
        if self.unit == "%":
            return f"{value:.0%}".replace("%", " %")
        if self.unit:
            return f"{value:.{0 if value >= 10 else 1}f} {self.unit}"
        return f"{value:.2f}".removeprefix("0")

    def bound_text(self):
        return f"{self.sense} {self.shown(self.bound)}"

    def values_text(self, values):
        return " / ".join(self.shown(value) for value in values.values())


FLOATS = "float(32|64)"
GOALS = (
    Goal(1, "finite check, of the fastest read, L1", "finite_benchmark", rf"{FLOATS}, (4|32) KiB", DISPATCHED,
         of_limit(DISPATCHED), ">=", 0.85),
    Goal(1, "finite check, of the fastest read, beyond L1", "finite_benchmark", rf"{FLOATS}, (512 KiB|256 MiB)", DISPATCHED,
         of_limit(DISPATCHED), ">=", 0.97),
    Goal(2, "finite check, beside Eigen allFinite", "finite_benchmark", "float32, 32 KiB", DISPATCHED,
         times(DISPATCHED, "Eigen allFinite"), ">=", 20, "times"),
    Goal(3, "finite check of 30 floats", "finite_benchmark", "float32, 30 cells", DISPATCHED, time(DISPATCHED), "<=", 3, "ns"),
    Goal(4, "StandardScaler float64, checked, of copy, L2", "transform_benchmark", "StandardScaler float64, 1024 x 30",
         DISPATCHED, of_limit(DISPATCHED), ">=", 0.80),
    Goal(4, "StandardScaler float64, checked, of copy, memory", "transform_benchmark", "StandardScaler float64, 1000000 x 30",
         DISPATCHED, of_limit(DISPATCHED), ">=", 0.95),
    Goal(5, "StandardScaler float32, checked, of copy, L2", "transform_benchmark", "StandardScaler float32, 1024 x 30",
         DISPATCHED, of_limit(DISPATCHED), ">=", 0.45),
    Goal(5, "StandardScaler float32, checked, of copy, memory", "transform_benchmark", "StandardScaler float32, 1000000 x 30",
         DISPATCHED, of_limit(DISPATCHED), ">=", 0.90),
    Goal(6, "a guarded row above the bare work", "row_benchmark", rf"{FLOATS}, one row of 30 numbers and 2 texts",
         "prepguard, guard(prep, sum)(Table, Binding), dispatched",
         above("prepguard, guard(prep, sum)(Table, Binding), dispatched", "views, apply: no checks"), "<=", 20, "ns"),
    Goal(7, "checks of a transform", "transform_benchmark", r"\w+ float64, (64|1024) x 30", DISPATCHED,
         extra(DISPATCHED, UNCHECKED), "<=", 0.03, "%"),
    Goal(7, "checks of a transform", "transform_benchmark", r"\w+ float32, (64|1024) x 30", DISPATCHED,
         extra(DISPATCHED, UNCHECKED), "<=", 0.10, "%"),
    Goal(8, "one-hot dense, of memset", "encode_benchmark", r"(?i).*one.?hot.*", DISPATCHED, of_limit(DISPATCHED), ">=", 0.85),
    Goal(9, "fit, of the read time, 30 columns", "fit_peers", rf"fit (standard|min_max)_scaler {FLOATS}, 1000000 x 30",
         "prepguard", of_limit("prepguard"), ">=", 1 / 1.4),
    Goal(9, "fit, of the read time, 784 columns", "fit_peers", rf"fit (standard|min_max)_scaler {FLOATS}, 10000 x 784",
         "prepguard", of_limit("prepguard"), ">=", 1 / 2),
    Goal(10, "compile time of the umbrella, of Eigen/Core", "compile_time", "compile time", "umbrella",
         lambda rows: rows["umbrella"]["ratio"], "<=", 1.5, "times"),
    Goal(10, "compile time with file loading, of Eigen/Core", "compile_time", "compile time", "umbrella + file.hpp",
         lambda rows: rows["umbrella + file.hpp"]["ratio"], "<=", 2.5, "times"),
)
