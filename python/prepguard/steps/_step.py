# SPDX-License-Identifier: MIT
"""What a step is: one row of THE LIST."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Callable, Mapping, NamedTuple, Optional, Sequence

import numpy as np

from ..arrays import FLOATS, NUMBER, TEXT, check_array
from ..error import Error
from ..fields import Field

Node = dict[str, Any]

FLOAT64_COEFFICIENTS = "sklearn_float64_coefficients"
FLOAT32_COEFFICIENTS = "sklearn_float32_coefficients"
KERAS = "keras"
NATIVE = "native"
CONTRACTS = (FLOAT64_COEFFICIENTS, FLOAT32_COEFFICIENTS, KERAS, NATIVE)
SKLEARN_CONTRACTS = (FLOAT64_COEFFICIENTS, FLOAT32_COEFFICIENTS, NATIVE)  # of scalers that no Keras layer is like


class Cells(NamedTuple):
    """One column on its way through the twin; `label` is the input column it came from, for messages."""

    label: str
    values: np.ndarray


@dataclass(frozen=True)
class Source:
    """A fitted class read by attribute: exact type name, module prefix, attributes that show it is fitted."""

    name: str
    module: str
    attributes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Block:
    """The columns a fitted object reads at export.

    `keep` are positions in the object's own input: all of them, or one run of equal kind where a mixed entry is
    split (None: not known, nothing can follow). `spellings` are the ways missing cells were spelled in training:
    subsets of {"none", "nan", "na"}.
    """

    where: str
    names: list[str]
    kinds: list[str]
    spellings: list[frozenset[str]]
    keep: Optional[list[int]]
    split: bool = False

    def at(self, where: str) -> Block:
        return replace(self, where=where)

    def take(self, positions: Sequence[int], split: bool = False) -> Block:
        """Some of the columns; a split keeps where they stood in the fitted object's input."""
        return Block(self.where, [self.names[p] for p in positions], [self.kinds[p] for p in positions],
                     [self.spellings[p] for p in positions],
                     [self.keep[p] for p in positions] if split else list(range(len(positions))), split)

    def refuse(self, fitted: Any, problem: str) -> Error:
        """The error for an object that cannot be exported."""
        name = fitted if isinstance(fitted, str) else f"{type(fitted).__module__}.{type(fitted).__name__}"
        return Error("bad_parameter", f"{self.where}: {name}: {problem}")


class Read(NamedTuple):
    """What a reader takes from a fitted object.

    `positions`: where each output stands in the fitted object's own output, None if that is not known for a split
    block. `spellings`: of the outputs.
    """

    fields: Node
    names: list[str]
    positions: Optional[list[int]]
    spellings: list[frozenset[str]]


def _fits_every_type(node: Node, dtype: str, path: str) -> None:
    """Most steps can run in both types."""


@dataclass(frozen=True)
class Step:
    """One step type: how it is read from a fitted object, checked, and run.

    `read` is None for a step that no scikit-learn class is (keras_layers.py reads those).
    `check(node, kinds, path)` raises `bad_state` and returns the kinds of the outputs.
    `transform(node, columns, dtype, path)` maps columns to columns; numbers come and go in T = dtype.
    `fits(node, dtype, path)` raises `bad_state` if the state cannot be used with T = dtype.
    `tolerances(node, columns)`: those of the outputs, where inputs have these (_tolerance.py). None: the step has edges,
    or no number comes in; what comes out is exact.
    `edges(node, columns)`: whether there is an edge where inputs of these tolerances are not exact; None: there is one if
    no output has a tolerance.
    `contracts`: the numerics contracts it may carry; none for a step without arithmetic of its own.
    `probed`: which of scikit-learn's two contracts it is, is found by running the fitted object.
    `inverse(node, columns, dtype)` undoes `transform`, as `inverse_transform` does; None if there is none, and
    `invertible(node)` if that depends on the state; `inverse_ulps(node)`: how far its result may be from training's.
    """

    type: str
    sources: tuple[Source, ...]
    fields: Mapping[str, Field]
    read: Optional[Callable[[Any, Block], Read]]
    check: Callable[[Node, list[str], str], list[str]]
    transform: Callable[[Node, list[Cells], np.dtype, str], list[Cells]]
    fits: Callable[[Node, str, str], None] = field(default=_fits_every_type)
    tolerances: Optional[Callable[[Node, list[int]], list[int]]] = None
    edges: Optional[Callable[[Node, list[int]], bool]] = None
    probed: bool = False
    contracts: tuple[str, ...] = (FLOAT64_COEFFICIENTS, NATIVE)
    version: int = 1
    inverse: Optional[Callable[[Node, list[Cells], np.dtype], list[Cells]]] = None
    invertible: Callable[[Node], bool] = field(default=lambda node: True)
    inverse_ulps: Callable[[Node], int] = field(default=lambda node: 0)


def require(holds: bool, path: str, expected: str, got: Any) -> None:
    """`bad_state` with the place unless `holds`."""
    if not holds:
        raise Error("bad_state", f"{path}: expected {expected}, got {got!r}")


def refuse_nan(columns: list[Cells], path: str) -> None:
    """`non_finite` at the first NaN among numbers, for steps that have no answer to it."""
    for label, values in columns:
        nan = np.isnan(values)
        if nan.any():
            raise Error("non_finite", f"{path}: row {int(np.argmax(nan))}, column {label!r}: NaN, which this step "
                                      "refuses as in training; impute it first")


def one_kind(kinds: list[str], path: str) -> str:
    """The kind all columns share: a step reads only numbers or only text."""
    if len(set(kinds)) != 1:
        raise Error("bad_state", f"{path}: expected columns of one kind, got {', '.join(sorted(set(kinds)))}")
    return kinds[0]


def all_numbers(kinds: list[str], path: str) -> list[str]:
    """Kinds of a step that reads numbers only and keeps the width."""
    if TEXT in kinds:
        raise Error("bad_state", f"{path}: expected numbers, input {kinds.index(TEXT)} is text")
    return [NUMBER] * len(kinds)


def check_statistic(array: Node, width: int, path: str, positive: bool = False) -> np.ndarray:
    """A float array with one entry per input; returns the mask of undefined entries."""
    if array["dtype"] not in FLOATS:
        raise Error("bad_state", f"{path}.dtype: expected float32 or float64, got {array['dtype']!r}")
    check_array(array, path)
    if len(array["values"]) != width:
        raise Error("bad_state", f"{path}: expected {width} values, got {len(array['values'])}")
    undefined = np.zeros(width, dtype=bool)
    undefined[array["nan"]] = True
    if positive:
        for index, value in enumerate(array["values"]):
            if not undefined[index] and not value > 0.0:
                raise Error("bad_state", f"{path}.values[{index}]: expected a number > 0, got {value!r}")
    return undefined


def statistic(fitted: Any, attribute: str, block: Block) -> np.ndarray:
    """A fitted statistic with its stored type, one finite or undefined value per kept input."""
    values = np.asarray(getattr(fitted, attribute))
    if values.dtype.name not in FLOATS or values.ndim != 1:
        raise block.refuse(fitted, f"{attribute} is {values.dtype.name} with {values.ndim} dimensions; "
                                   "expected one dimension of float32 or float64")
    kept = values[block.keep]
    for index in np.flatnonzero(np.isinf(kept)):
        raise block.refuse(fitted, f"{attribute} of column {block.names[index]!r} is {kept[index]}: fitting "
                                   "overflowed; rescale the column and fit again")
    return kept


def clip(values: np.ndarray, low: float, high: float, keep_zero: bool = False) -> np.ndarray:
    """NumPy 1's clip: NaN stays NaN, and -0.0 against a bound of 0.0 becomes +0.0; with `keep_zero`, as in NumPy 2 and
    pandas, it stays. The largest numbers stand for no bound."""
    largest = np.finfo(values.dtype).max
    lowest, highest = (values.dtype.type(min(max(bound, -largest), largest)) for bound in (low, high))
    if keep_zero:
        raised = np.where(values < lowest, lowest, values)
        return np.where(raised > highest, highest, raised)
    raised = np.where((values > lowest) | np.isnan(values), values, lowest)
    return np.where((raised < highest) | np.isnan(raised), raised, highest)


def operate(operation: Callable[..., np.ndarray], values: np.ndarray, operand: Any, contract: str) -> np.ndarray:
    """`x op= s` with one rounding in the wider type and one to T; or all in T by the float32 contract."""
    number = np.asarray(operand)
    wide = values.dtype if contract == FLOAT32_COEFFICIENTS else np.result_type(values.dtype, number.dtype)
    with np.errstate(all="ignore"):
        return operation(values.astype(wide), number.astype(wide)).astype(values.dtype)
