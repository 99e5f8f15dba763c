# SPDX-License-Identifier: MIT
"""Kinds of JSON values. A field takes a value and its path and returns it with its keys in canonical order, or
raises `bad_format`. An integer token is never a double, nor the other way round."""

from __future__ import annotations

from typing import Any, Callable, Mapping

import numpy as np

from .arrays import DTYPES
from .error import Error

Field = Callable[[Any, str], Any]


def _token(name: str, of_kind: type) -> Field:
    def field(value: Any, path: str) -> Any:
        if type(value) is not of_kind:
            raise Error("bad_format", f"{path}: expected {name}, got {describe(value)}")
        return value
    return field


string = _token("a string", str)
boolean = _token("true or false", bool)
integer = _token("an integer", int)
double = _token("a number with a point or exponent", float)
_list = _token("a list", list)
_object = _token("an object", dict)


def list_of(item: Field) -> Field:
    """A list whose every item is of one kind."""
    def field(value: Any, path: str) -> list[Any]:
        return [item(entry, f"{path}[{index}]") for index, entry in enumerate(_list(value, path))]
    return field


def record(keys: Mapping[str, Field]) -> Field:
    """An object with exactly these keys."""
    def field(value: Any, path: str) -> dict[str, Any]:
        check_keys(_object(value, path), keys, path)
        return {key: kind(value[key], join(path, key)) for key, kind in keys.items()}
    return field


def check_keys(value: dict[str, Any], keys: Mapping[str, Any], path: str) -> None:
    """Every key there, none unknown."""
    for key in keys:
        if key not in value:
            raise Error("bad_format", f"{path or 'payload'}: key {key!r} is missing")
    for key in value:
        if key not in keys:
            raise Error("bad_format", f"{path or 'payload'}: unknown key {key!r}; a newer library may have written it")


def array(value: Any, path: str) -> dict[str, Any]:
    """The compound value `array`; its values are tokens of its dtype."""
    dtype = _object(value, path).get("dtype")
    if type(dtype) is not str:
        dtype = None  # record() says what is wrong with it
    elif dtype not in DTYPES:
        raise Error("bad_state", f"{path}.dtype: expected one of {', '.join(DTYPES)}, got {dtype!r}")
    return record({"dtype": string, "values": list_of(_ITEMS.get(dtype, string)),
                   "none": list_of(integer), "nan": list_of(integer)})(value, path)


def describe(value: Any) -> str:
    """A JSON value in an error message."""
    if value is None:
        return "null"
    if isinstance(value, (dict, list)):
        return "an object" if isinstance(value, dict) else "a list"
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def join(path: str, key: str) -> str:
    """The path of a key; the payload itself has the empty path."""
    return f"{path}.{key}" if path else key


def _float32(value: Any, path: str) -> float:
    with np.errstate(over="ignore"):
        if float(np.float32(double(value, path))) != value:
            raise Error("bad_format", f"{path}: {value!r} is not a float32")
    return value


_ITEMS: dict[Any, Field] = {"float32": _float32, "float64": double, "int64": integer, "bool": boolean,
                            "string": string}
