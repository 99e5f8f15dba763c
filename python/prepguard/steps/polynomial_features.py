# SPDX-License-Identifier: MIT
"""polynomial_features: products of the inputs up to a degree, multiplied from the last input to the first."""

from __future__ import annotations

from itertools import chain, combinations, combinations_with_replacement, groupby
from typing import Any, Iterator

import numpy as np

from .. import fields
from ._step import Block, Cells, Node, Read, Source, Step, all_numbers, refuse_nan, require
from ._tolerance import UNBOUNDED

MAX_OUTPUTS = 2**22  # as many values as a file may hold


def read(fitted: Any, block: Block) -> Read:
    lowest, highest = _degrees(fitted, block)
    own = {"min_degree": lowest, "max_degree": highest, "interaction_only": bool(fitted.interaction_only),
           "include_bias": bool(fitted.include_bias)}
    if block.split:
        raise block.refuse(fitted, "products of text and numbers; choose the numeric columns before it")
    if count(own, len(block.names)) > MAX_OUTPUTS:
        raise block.refuse(fitted, f"more than {MAX_OUTPUTS} products; choose a lower degree or fewer columns")
    names = [" ".join(_power(block.names[place], len(list(same))) for place, same in groupby(term)) or "1"
             for term in terms(own, len(block.names))]
    return Read(own, names, None, [frozenset()] * len(names))


def check(node: Node, kinds: list[str], path: str) -> list[str]:
    lowest, highest = node["min_degree"], node["max_degree"]
    require(lowest >= 0, f"{path}.min_degree", "0 or more", lowest)
    require(highest >= lowest, f"{path}.max_degree", f"{lowest} or more", highest)
    numbers = all_numbers(kinds, path)
    outputs = count(node, len(numbers))
    require(0 < outputs <= MAX_OUTPUTS, f"{path}.max_degree", f"1 to {MAX_OUTPUTS} products, with those of lower degrees",
            "none" if outputs == 0 else "more")
    return numbers[:1] * outputs


def transform(node: Node, columns: list[Cells], dtype: np.dtype, path: str) -> list[Cells]:
    refuse_nan(columns, path)
    rows = len(columns[0].values)
    result = []
    with np.errstate(all="ignore"):
        for term in terms(node, len(columns)):
            values = np.ones(rows, dtype) if not term else columns[term[-1]].values.copy()
            for place in reversed(term[:-1]):
                values = values * columns[place].values
            result.append(Cells(columns[term[0]].label if term else "1", values))
    return result


def terms(node: Node, width: int) -> Iterator[tuple[int, ...]]:
    """The inputs that each output multiplies, in order of the outputs."""
    choose = combinations if node["interaction_only"] else combinations_with_replacement
    highest = min(node["max_degree"], width) if node["interaction_only"] else node["max_degree"]
    degrees = range(max(1, node["min_degree"]), highest + 1)
    return chain([()] if node["include_bias"] else [], chain.from_iterable(choose(range(width), d) for d in degrees))


def count(node: Node, width: int) -> int:
    """The number of outputs; MAX_OUTPUTS + 1 if it, or that with all lower degrees, is larger."""
    lowest, highest = node["min_degree"], node["max_degree"]
    total = cut = 0
    for degree, products in enumerate(_products(width, highest, node["interaction_only"])):
        total += products
        cut += products if 0 < degree < lowest else 0
        if total > MAX_OUTPUTS:
            return MAX_OUTPUTS + 1
    return total - cut - int(not node["include_bias"])


def _products(width: int, highest: int, distinct: bool) -> Iterator[int]:
    """How many products of degree 0, 1, ... up to the highest there are."""
    products = 1
    for degree in range(highest + 1):
        yield products
        products = products * (width - degree if distinct else width + degree) // (degree + 1)
        if products == 0:
            break


def _degrees(fitted: Any, block: Block) -> tuple[int, int]:
    degree = fitted.degree
    try:
        lowest, highest = (0, int(degree)) if np.ndim(degree) == 0 else (int(bound) for bound in degree)
    except (TypeError, ValueError):
        raise block.refuse(fitted, f"degree={degree!r} is not supported; expected a number or (lowest, highest)") from None
    return lowest, highest


def _power(name: str, exponent: int) -> str:
    return name if exponent == 1 else f"{name}^{exponent}"


def tolerances(node: Node, columns: list[int]) -> list[int]:
    """Relative errors of factors add up."""
    return [min(sum(columns[place] for place in term), UNBOUNDED) for term in terms(node, len(columns))]


STEP = Step(
    "polynomial_features",
    (Source("PolynomialFeatures", "sklearn.", ("n_features_in_", "n_output_features_", "degree", "interaction_only",
                                               "include_bias")),),
    {"min_degree": fields.integer, "max_degree": fields.integer, "interaction_only": fields.boolean,
     "include_bias": fields.boolean},
    read, check, transform, tolerances=tolerances)
