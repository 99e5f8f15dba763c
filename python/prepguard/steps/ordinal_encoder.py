# SPDX-License-Identifier: MIT
"""ordinal_encoder: the position of the category. Infrequent categories share the code after the frequent ones; NaN,
where training saw it, has a code of its own, and so have unknown categories if they are allowed."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import fields
from ..arrays import NUMBER, check_array, is_nan, pack, unpack
from ..error import Error
from ._categories import check_column, find, is_value_of, read_categories, reduce, refuse_unknown
from ._categories import fits as categories_fit
from ._step import FLOAT64_COEFFICIENTS, KERAS, NATIVE, Block, Cells, Node, Read, Source, Step, one_kind

UNKNOWN = ("error", "use_encoded_value")


def read(fitted: Any, block: Block) -> Read:
    if fitted.handle_unknown not in UNKNOWN:
        raise block.refuse(fitted, f"handle_unknown={fitted.handle_unknown!r} is not supported; "
                                   f"expected one of {', '.join(UNKNOWN)}")
    kind = one_kind(block.kinds, block.where)
    columns = [{**read_categories(fitted, block, kind, position, name)[0], "first_code": 0}
               for name, position in zip(block.names, block.keep)]
    unknown = fitted.unknown_value if fitted.handle_unknown == "use_encoded_value" else None
    missing = getattr(fitted, "encoded_missing_value", np.nan) if any(map(_has_nan, columns)) else None
    _check_codes(fitted, block, columns, [code for code in (unknown, missing) if code is not None])
    own = {"handle_unknown": fitted.handle_unknown, "unknown_value": _code(unknown),
           "encoded_missing_value": _code(missing), "columns": columns}
    spellings = [frozenset({"nan"} if is_nan(unknown) or (_has_nan(column) and is_nan(missing)) else ())
                 for column in columns]
    return Read(own, list(block.names), list(block.keep), spellings)


def check(node: Node, kinds: list[str], path: str) -> list[str]:
    kind, keras = one_kind(kinds, path), node["contract"] == KERAS
    if node["handle_unknown"] not in UNKNOWN:
        raise Error("bad_state", f"{path}.handle_unknown: expected one of {', '.join(UNKNOWN)}, "
                                 f"got {node['handle_unknown']!r}")
    if len(node["columns"]) != len(kinds):
        raise Error("bad_state", f"{path}.columns: expected {len(kinds)}, got {len(node['columns'])}")
    for index, column in enumerate(node["columns"]):
        here = f"{path}.columns[{index}]"
        check_column(column, kind, node["contract"], here)
        if set(column["infrequent"]) & set(column["categories"]["nan"]):
            raise Error("bad_state", f"{here}.infrequent: expected categories other than NaN, which has its own code")
        if not 0 <= column["first_code"] <= keras:
            raise Error("bad_state", f"{here}.first_code: expected {'0 or 1' if keras else 0}, "
                                     f"got {column['first_code']}")
    unknown = node["handle_unknown"] == "use_encoded_value"
    _check_special(node, "unknown_value", unknown, node["columns"], path)
    missing = [column for column in node["columns"] if _has_nan(column)]
    _check_special(node, "encoded_missing_value", bool(missing), missing, path)
    return [NUMBER] * len(kinds)


def fits(node: Node, dtype: str, path: str) -> None:
    """Categories and codes are values of T."""
    categories_fit(node, dtype, path)
    for index, column in enumerate(node["columns"]):
        if _codes(column).max() > _exact(dtype):
            raise Error("bad_state", f"{path}.columns[{index}]: expected at most {_exact(dtype)} codes as {dtype}, "
                                     f"got {len(column['categories']['values'])} categories")
    for key in ("unknown_value", "encoded_missing_value"):
        for value in node[key]["values"]:
            if not is_value_of(value, dtype):
                raise Error("bad_state", f"{path}.{key}.values[0]: {value!r} is not a {dtype}")


def transform(node: Node, columns: list[Cells], dtype: np.dtype, path: str) -> list[Cells]:
    return [_encode(node, column, cells, dtype, path) for column, cells in zip(node["columns"], columns)]


def _encode(node: Node, column: Node, cells: Cells, dtype: np.dtype, path: str) -> Cells:
    positions = find(column["categories"], cells)
    unknown = positions < 0
    if node["handle_unknown"] == "error":
        refuse_unknown(unknown, column["categories"], cells, path)
    codes = _codes(column)[positions].astype(dtype)
    if _has_nan(column):
        codes[positions == column["categories"]["nan"][0]] = unpack(node["encoded_missing_value"])[0]
    if unknown.any():
        codes[unknown] = unpack(node["unknown_value"])[0]
    return Cells(cells.label, codes)


def _codes(column: Node) -> np.ndarray:
    """The code of each category; NaN, which has one of its own, holds 0 here."""
    places, group, _ = reduce(column)
    others = np.delete(np.arange(len(places)), column["infrequent"] + column["categories"]["nan"])
    if group is not None:  # it follows the last of the others, whether there is NaN or not
        places[column["infrequent"]] = places[others].max() + 1 if others.size else 0
    codes = places + column["first_code"]
    codes[column["categories"]["nan"]] = 0
    return codes


def _has_nan(column: Node) -> bool:
    return bool(column["categories"]["nan"])


def _code(value: Any) -> Node:
    """A special code as the file holds it; None: there is none."""
    return pack(np.array([] if value is None else [float(value)], dtype=np.float64))


def _check_special(node: Node, key: str, there: bool, columns: list[Node], path: str) -> None:
    """One code exactly where it is needed, and not that of a category. Sharing that of the group is scikit-learn's."""
    code = node[key]
    check_array(code, f"{path}.{key}")
    if code["dtype"] != "float64" or len(code["values"]) != there:
        raise Error("bad_state", f"{path}.{key}: expected {int(there)} float64, "
                                 f"got {len(code['values'])} {code['dtype']}")
    if not there or code["nan"]:
        return
    for column in columns:
        others = np.delete(_codes(column), column["infrequent"] + column["categories"]["nan"])
        if code["values"][0] in others:
            raise Error("bad_state", f"{path}.{key}.values[0]: expected a code no category has, "
                                     f"got {code['values'][0]!r}")


def _check_codes(fitted: Any, block: Block, columns: list[Node], special: list[Any]) -> None:
    """The output type must hold every code: scikit-learn lets them wrap round."""
    dtype = np.dtype(fitted.dtype)
    if dtype.kind not in "fiu":
        raise block.refuse(fitted, f"dtype={fitted.dtype!r} is not supported; expected a number type")
    low, high = (np.iinfo(dtype).min, np.iinfo(dtype).max) if dtype.kind != "f" else (-_exact(dtype), _exact(dtype))
    for code in [max(int(_codes(column).max()) for column in columns), *special]:
        if not (dtype.kind == "f" if is_nan(code) else low <= code <= high and float(code) == code):
            raise block.refuse(fitted, f"code {code!r} is no exact {dtype}; choose another code or dtype")


def _exact(dtype: Any) -> int:
    """The integers up to here are all values of this floating type."""
    return 2 ** (np.finfo(dtype).nmant + 1)


STEP = Step(
    "ordinal_encoder",
    (Source("OrdinalEncoder", "sklearn.", ("n_features_in_", "categories_", "handle_unknown", "dtype")),),
    {"handle_unknown": fields.string, "unknown_value": fields.array, "encoded_missing_value": fields.array,
     "columns": fields.list_of(fields.record({"categories": fields.array,
                                              "infrequent": fields.list_of(fields.integer),
                                              "first_code": fields.integer}))},
    read, check, transform, fits, contracts=(FLOAT64_COEFFICIENTS, KERAS, NATIVE))
