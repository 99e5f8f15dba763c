# SPDX-License-Identifier: MIT
"""What a guard is asked to do about each check, as the file holds it: the same rules as the C++ class Policy."""

from __future__ import annotations

from typing import Any, Iterable, Mapping

from .error import Error

ACTIONS = ("ignore", "count", "replace", "reject_row", "fail")
CELL = frozenset(ACTIONS)
STREAM = CELL - {"replace", "reject_row"}
ALLOWED = {  # the checks that guards make, with the actions that go with them; a guard refuses to count, in a column named by
    # a rule, the unknown categories that the column's encoder refuses
    "schema": {"fail"},
    "inf": CELL,
    "missing": CELL,
    "out_of_range": CELL,
    "far_out_of_range": CELL,
    **dict.fromkeys(("unknown_category", "narrowing"), CELL - {"replace"}),
    **dict.fromkeys(("already_scaled", "rescaled", "swapped_columns", "constant_column", "missing_rate", "drift"), STREAM),
    "non_finite_features": CELL - {"replace"},
    "shape": {"fail"},
    **dict.fromkeys(("non_finite_output", "saturated_output", "degenerate_output"), STREAM),
}
VALUES = {"out_of_range": 0.0, "far_out_of_range": 10.0, "drift": 0.25}  # multiples of the training range; an index
WITHOUT_COLUMN = ("schema", "shape", "swapped_columns", "non_finite_output", "saturated_output", "degenerate_output")


def describe_policy(rules: Iterable[Mapping[str, Any]], columns: list[str], features: list[str]) -> list[dict[str, Any]]:
    """The `policy` of a payload. A rule has `check` and `action`, and may have `column` (an input column, of
    `non_finite_features` a feature; default all) and `value` (a multiple of the training range, of `drift` an index)."""
    return [_rule(f"policy[{index}]", rule, columns, features) for index, rule in enumerate(rules)]


def _rule(path: str, rule: Mapping[str, Any], columns: list[str], features: list[str]) -> dict[str, Any]:
    unknown = set(rule) - {"check", "action", "column", "value"}
    if unknown:
        _refuse(f"{path}.{min(unknown)}", "check, action, column or value", min(unknown))
    check, action, column = rule.get("check"), rule.get("action"), rule.get("column", "")
    value = rule.get("value", VALUES.get(str(check), 0.0))
    if check not in ALLOWED:
        _refuse(f"{path}.check", f"one of {', '.join(ALLOWED)}", check)
    if action not in ALLOWED[check]:
        _refuse(f"{path}.action", f"one of {', '.join(a for a in ACTIONS if a in ALLOWED[check])}", action)
    if column and check in WITHOUT_COLUMN:
        _refuse(f"{path}.column", "nothing, this check looks at no column by itself", column)
    known = features if check == "non_finite_features" else columns
    if column and column not in known:
        _refuse(f"{path}.column", "the name of a feature" if known is features else "the name of an input column", column)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0.0 <= value < float("inf"):
        _refuse(f"{path}.value", "a number of at least 0", value)
    if check not in VALUES and value != 0.0:
        _refuse(f"{path}.value", "0, the check has no value", value)
    return {"check": check, "action": action, "column": column, "value": float(value)}


def _refuse(path: str, expected: str, got: Any) -> None:
    raise Error("bad_parameter", f"{path}: expected {expected}, got {got!r}")
