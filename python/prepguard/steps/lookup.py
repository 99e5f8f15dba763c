# SPDX-License-Identifier: MIT
"""lookup: Keras's StringLookup, IntegerLookup and Hashing: values to indices, by one vocabulary for all columns.

An index is `mask_index` for the mask token, then come `num_oov_indices` for values that are not in the vocabulary, then
the vocabulary. Keras only; read from layers by keras_layers.py.
"""

from __future__ import annotations

from typing import Any, Callable

import numpy as np

from .. import fields
from ..arrays import TEXT, NUMBER, check_array, unpack
from ..error import Error
from ..hashes import farmhash, siphash
from ._step import KERAS, NATIVE, Cells, Node, Step, one_kind

METHODS = ("none", "floormod", "farmhash", "siphash")


def check(node: Node, kinds: list[str], path: str) -> list[str]:
    text = one_kind(kinds, path) == TEXT
    for key in ("vocabulary", "mask"):
        _check_tokens(node[key], text, f"{path}.{key}")
    _check_unique(node["vocabulary"]["values"] + node["mask"]["values"], path)
    tokens, masks, hashed = len(node["vocabulary"]["values"]), len(node["mask"]["values"]), node["num_oov_indices"]
    _require(masks <= 1, f"{path}.mask", "at most 1 value", masks)
    _require(node["mask_index"] in ((-1, 0) if masks else (-1,)), f"{path}.mask_index",
             "-1 or 0" if masks else "-1 without a mask", node["mask_index"])
    _require(0 <= hashed < 2**31, f"{path}.num_oov_indices", "0 or more, fewer than 2^31", hashed)
    _require(tokens + hashed > 0, f"{path}.vocabulary", "at least 1 value, or num_oov_indices above 0", tokens)
    allowed = ("none",) if hashed <= 1 else METHODS[2 if text else 1:]
    _require(node["oov_method"] in allowed, f"{path}.oov_method", f"one of {', '.join(allowed)}", node["oov_method"])
    keys = 2 if node["oov_method"] == "siphash" else 0
    check_array(node["salt"], f"{path}.salt")
    _require(node["salt"]["dtype"] == "int64", f"{path}.salt.dtype", "int64", node["salt"]["dtype"])
    _require(len(node["salt"]["values"]) == keys, f"{path}.salt", f"{keys} values", len(node["salt"]["values"]))
    return [NUMBER] * len(kinds)


def fits(node: Node, dtype: str, path: str) -> None:
    """Indices and integers must be exact in T: an integer that is not could be its neighbour."""
    last = node["mask_index"] + node["num_oov_indices"] + len(node["vocabulary"]["values"])
    _require(last < exact_below(np.dtype(dtype)), f"{path}.vocabulary", f"indices that are exact in {dtype}", last)
    for key in ("vocabulary", "mask"):
        for place, value in enumerate(node[key]["values"] if node[key]["dtype"] == "int64" else ()):
            _require(abs(value) < exact_below(np.dtype(dtype)), f"{path}.{key}.values[{place}]",
                     f"an integer that no neighbour is rounded to in {dtype}", value)


def transform(node: Node, columns: list[Cells], dtype: np.dtype, path: str) -> list[Cells]:
    table = {token: node["mask_index"] + 1 + node["num_oov_indices"] + place
             for place, token in enumerate(node["vocabulary"]["values"])}
    table.update({token: node["mask_index"] for token in node["mask"]["values"]})
    bucket = _bucket(node)
    result = []
    for label, values in columns:
        indices = np.empty(len(values), dtype=dtype)
        for row, cell in enumerate(values.tolist()):
            token = _token(cell, values.dtype, f"{path}: row {row}, column {label!r}")
            if token not in table:
                if node["num_oov_indices"] == 0:
                    raise Error("unknown_category", f"{path}: row {row}, column {label!r}: {token!r} is not in the "
                                                    f"vocabulary of {len(node['vocabulary']['values'])}")
                table[token] = node["mask_index"] + 1 + bucket(token)
            indices[row] = table[token]
        result.append(Cells(label, indices))
    return result


def exact_below(dtype: np.dtype) -> int:
    """Integers below this magnitude are exact in T, and no other integer is rounded to them."""
    return 2**24 if dtype == np.float32 else 2**53


def integer(cell: float, dtype: np.dtype, where: str) -> int:
    """A number as the integer it is; refused if it is none, or may have been rounded to one."""
    if not cell == int(cell if cell == cell and abs(cell) != float("inf") else 0):
        raise Error("unknown_category", f"{where}: expected an integer, got {cell!r}")
    if not abs(cell) < exact_below(dtype):
        raise Error("unknown_category", f"{where}: {cell!r} is too large to be told from its neighbours in {dtype}; "
                                        "export with cast='float64'")
    return int(cell)


def _token(cell: Any, dtype: np.dtype, where: str) -> Any:
    if dtype != object:
        return integer(cell, dtype, where)
    if not isinstance(cell, str):
        raise Error("unknown_category", f"{where}: a missing value; Keras has none, give it a token of its own")
    return cell


def _bucket(node: Node) -> Callable[[Any], int]:
    count, method = node["num_oov_indices"], node["oov_method"]
    if method == "none":
        return lambda token: 0
    if method == "floormod":
        return lambda token: token % count
    if method == "farmhash":
        return lambda token: farmhash(str(token).encode("utf-8")) % count
    salt = tuple(node["salt"]["values"])
    return lambda token: siphash(str(token).encode("utf-8"), salt) % count


def _check_tokens(array: Node, text: bool, path: str) -> None:
    check_array(array, path)
    want = "string" if text else "int64"
    _require(array["dtype"] == want, f"{path}.dtype", f"{want} to read {TEXT if text else NUMBER}", array["dtype"])
    missing = array["none"] + array["nan"]
    _require(not missing, f"{path}.values", "no missing value", missing)


def _check_unique(tokens: list[Any], path: str) -> None:
    seen: set[Any] = set()
    for place, token in enumerate(tokens):
        _require(token not in seen, f"{path}.vocabulary", "different values", f"{token!r} twice")
        seen.add(token)


def _require(holds: bool, path: str, expected: str, got: Any) -> None:
    if not holds:
        raise Error("bad_state", f"{path}: expected {expected}, got {fields.describe(got)}")


STEP = Step(
    "lookup", (),
    {"vocabulary": fields.array, "mask": fields.array, "mask_index": fields.integer,
     "num_oov_indices": fields.integer, "oov_method": fields.string, "salt": fields.array},
    None, check, transform, fits, contracts=(KERAS, NATIVE))
