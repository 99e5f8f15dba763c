# SPDX-License-Identifier: MIT
"""Checks 7 to 9 of reading: step types and versions, keys and kinds, values and invariants."""

from __future__ import annotations

import math
import re
from typing import Any

from . import fields
from .arrays import DTYPES, FLOATS, NUMBER, TEXT, check_array, kind_of
from .error import Error
from .fields import record
from .steps import STEPS
from .tolerance import implied

CONTAINER_VERSIONS = {"pipeline": 1, "column_transformer": 1}
MAX_CONTAINERS = 8
MAX_MODELS = 16
MAX_CATEGORIES = 1000
QUANTILES = 7

CHECKS = frozenset("""schema inf missing out_of_range far_out_of_range unknown_category narrowing already_scaled
    rescaled swapped_columns constant_column missing_rate drift non_finite_features shape non_finite_output
    saturated_output degenerate_output environment model_mismatch""".split())
ACTIONS = frozenset("fail reject_row replace warn count ignore".split())

NODE_HEAD = {"type": fields.string, "version": fields.integer}
WIDTH = {"inputs": fields.integer}


def validate(payload: dict[str, Any]) -> dict[str, Any]:
    """The payload with its keys in canonical order; `Error` if anything in it is not as the format says."""
    if isinstance(payload.get("pipeline"), dict):
        check_versions(payload["pipeline"], "pipeline")
    for index, target in enumerate(payload["target"] if isinstance(payload.get("target"), list) else ()):
        if isinstance(target, dict) and isinstance(target.get("step"), dict):
            check_versions(target["step"], f"target[{index}].step")
    ordered = PAYLOAD(payload, "")
    _check_heading(ordered)
    _check_columns(ordered["columns"])
    _check_pipeline(ordered)
    _require(len(ordered["target"]) <= 1, "target", "one or none", len(ordered["target"]))
    for target in ordered["target"]:
        _check_target(target, "target[0]")
    _check_models(ordered["models"])
    _check_policy(ordered)
    _check_self_tests(ordered)
    return ordered


def check_versions(node: dict[str, Any], path: str) -> None:
    """Every step type known, no version newer than this library's."""
    kind, version = node.get("type"), node.get("version")
    if not isinstance(kind, str):
        return
    known = {**{name: step.version for name, step in STEPS.items()}, **CONTAINER_VERSIONS}
    if kind not in known:
        raise Error("bad_version", f"{path}.type: unknown step {kind!r}; this library knows "
                                   f"{', '.join(sorted(known))}: update it")
    if type(version) is int and version > known[kind]:
        raise Error("bad_version", f"{path}.version: {kind} version {version}, this library reads up to "
                                   f"{known[kind]}: update it")
    for key in ("steps", "transformers"):
        children = node.get(key) if kind in CONTAINER_VERSIONS else None
        for index, child in enumerate(children if isinstance(children, list) else ()):
            if isinstance(child, dict) and isinstance(child.get("step"), dict):
                check_versions(child["step"], f"{path}.{key}[{index}].step")


def check_node(node: dict[str, Any], kinds: list[str], path: str, containers: int = 0) -> list[str]:
    """Invariants of a node that reads columns of these kinds; returns the kinds of its outputs."""
    if node["version"] < 1:
        raise Error("bad_state", f"{path}.version: expected 1 or more, got {node['version']}")
    if node["inputs"] < 1 or node["inputs"] != len(kinds):
        raise Error("bad_state", f"{path}.inputs: expected {len(kinds)}, got {node['inputs']}")
    if node["type"] in CONTAINER_VERSIONS:
        if containers == MAX_CONTAINERS:
            raise Error("bad_state", f"{path}: more than {MAX_CONTAINERS} nested containers")
        check = _check_steps if node["type"] == "pipeline" else _check_transformers
        return check(node, kinds, path, containers + 1)
    step = STEPS[node["type"]]
    if step.contracts and node["contract"] not in step.contracts:
        raise Error("bad_state", f"{path}.contract: expected one of {', '.join(step.contracts)}, "
                                 f"got {node['contract']!r}")
    return step.check(node, kinds, path)


def check_fits(node: dict[str, Any], dtype: str, path: str = "pipeline") -> None:
    """Whether the state can be used with numeric cells of this type."""
    for key in ("steps", "transformers"):
        for index, child in enumerate(node.get(key, ()) if node["type"] in CONTAINER_VERSIONS else ()):
            check_fits(child["step"], dtype, f"{path}.{key}[{index}].step")
    if node["type"] in STEPS:
        STEPS[node["type"]].fits(node, dtype, path)


def without_inverse(node: dict[str, Any], path: str = "") -> str:
    """What keeps a node from being undone, in words; empty if nothing does."""
    if node["type"] == "pipeline":
        inner = ((entry["step"], entry["name"]) for entry in node["steps"])
    elif node["type"] == "column_transformer":
        read = [column for entry in node["transformers"] for column in entry["columns"]]
        if sorted(read) != list(range(node["inputs"])):
            return f"{path or node['type']} does not read every column once"
        if any(entry["weight"] == 0.0 for entry in node["transformers"]):
            return f"{path or node['type']} has a weight of 0"
        inner = ((entry["step"], entry["name"]) for entry in node["transformers"])
    else:
        step = STEPS[node["type"]]
        if step.inverse is not None and step.invertible(node):
            return ""
        return f"step {path!r} ({node['type']}) has no inverse" if path else f"{node['type']} has no inverse"
    reasons = (without_inverse(step, f"{path}.{name}" if path else name) for step, name in inner)
    return next(filter(None, reasons), "")


def columns_read(node: dict[str, Any]) -> set[int]:
    """The inputs of a node that some step inside it reads."""
    if node["type"] == "pipeline":
        return columns_read(node["steps"][0]["step"])
    if node["type"] == "column_transformer":
        return {entry["columns"][place] for entry in node["transformers"] for place in columns_read(entry["step"])}
    return set(range(node["inputs"]))


def _node(value: Any, path: str) -> dict[str, Any]:
    kind = value.get("type") if isinstance(value, dict) else None
    kind = kind if isinstance(kind, str) else None
    if kind == "pipeline":
        own = {**WIDTH, "steps": fields.list_of(record({"name": fields.string, "step": _node}))}
    elif kind == "column_transformer":
        own = {**WIDTH, "transformers": fields.list_of(record({
            "name": fields.string, "columns": fields.list_of(fields.integer), "weight": fields.double,
            "step": _node}))}
    elif kind in STEPS:
        contract = {"contract": fields.string} if STEPS[kind].contracts else {}
        own = {**contract, **WIDTH, **STEPS[kind].fields}
    else:
        own = {}
    return record({**NODE_HEAD, **own})(value, path)


def _column(value: Any, path: str) -> dict[str, Any]:
    dtype = value.get("dtype") if isinstance(value, dict) else None
    if isinstance(dtype, str):  # it decides which keys `training` has
        _require(dtype in DTYPES, f"{path}.dtype", f"one of {', '.join(DTYPES)}", dtype)
    text = dtype == "string"
    return record({"name": fields.string, "dtype": fields.string, "used": fields.boolean,
                   "training": TRAINING_TEXT if text else TRAINING_NUMBER})(value, path)


_COUNTS = {"count": fields.integer, "none": fields.integer, "nan": fields.integer}
TRAINING_NUMBER = record({**_COUNTS, "min": fields.double, "max": fields.double, "mean": fields.double,
                          "std": fields.double, "quantiles": fields.list_of(fields.double)})
TRAINING_TEXT = record({**_COUNTS, "values": fields.list_of(fields.string),
                        "frequencies": fields.list_of(fields.integer), "other": fields.integer})
_string_object = record({key: fields.string for key in ("python", "numpy", "sklearn", "keras", "date")})
PAYLOAD = record({
    "library": fields.string,
    "library_version": fields.string,
    "provenance": _string_object,
    "dtype": fields.string,
    "columns": fields.list_of(_column),
    "pipeline": _node,
    "features": fields.list_of(fields.string),
    "target": fields.list_of(record({
        "names": fields.list_of(fields.string), "step": _node, "classes": fields.array, "threshold": fields.double,
        "self_tests": fields.list_of(record({
            "dtype": fields.string, "rows": fields.integer, "outputs": fields.array, "expected": fields.array,
            "tolerance": fields.list_of(fields.integer)}))})),
    "models": fields.list_of(record({"file": fields.string, "bytes": fields.integer, "sha256": fields.string})),
    "policy": fields.list_of(record({"check": fields.string, "action": fields.string, "column": fields.string,
                                     "value": fields.double})),
    "self_tests": fields.list_of(record({
        "dtype": fields.string, "rows": fields.integer, "inputs": fields.list_of(fields.array),
        "expected": fields.array, "tolerance": fields.list_of(fields.integer)})),
})


def _require(holds: bool, path: str, expected: str, got: Any) -> None:
    if not holds:
        raise Error("bad_state", f"{path}: expected {expected}, got {fields.describe(got)}")


def _check_unique_names(names: list[str], path: str) -> None:
    seen: set[str] = set()
    for index, name in enumerate(names):
        _require(name != "", f"{path}[{index}]", "a name that is not empty", name)
        _require(name not in seen, f"{path}[{index}]", "a name not used before", name)
        seen.add(name)


def _check_heading(payload: dict[str, Any]) -> None:
    _require(payload["library"] == "prepguard", "library", "'prepguard'", payload["library"])
    _require(re.fullmatch(r"(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*)){2}", payload["library_version"], re.ASCII) is not None,
             "library_version", "a version X.Y.Z", payload["library_version"])
    date = payload["provenance"]["date"]
    _require(re.fullmatch(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)?", date) is not None,
             "provenance.date", "YYYY-MM-DDTHH:MM:SSZ or nothing", date)
    _require(payload["dtype"] in FLOATS, "dtype", "float32 or float64", payload["dtype"])


def _check_columns(columns: list[dict[str, Any]]) -> None:
    _require(len(columns) > 0, "columns", "at least one column", columns)
    _check_unique_names([column["name"] for column in columns], "columns")
    for index, column in enumerate(columns):
        path = f"columns[{index}]"
        training, text = column["training"], column["dtype"] == "string"
        for key in ("count", "none", "nan"):
            _require(training[key] >= 0, f"{path}.training.{key}", "0 or more", training[key])
        (_check_text_training if text else _check_number_training)(training, column["dtype"], f"{path}.training")


def _check_number_training(training: dict[str, Any], dtype: str, path: str) -> None:
    present = training["count"] - training["nan"]
    _require(training["none"] == 0, f"{path}.none", "0 for numbers", training["none"])
    _require(training["nan"] == 0 or dtype in FLOATS, f"{path}.nan", f"0 for {dtype}", training["nan"])
    _require(present >= 0, f"{path}.nan", f"at most count = {training['count']}", training["nan"])
    low, high, quantiles = training["min"], training["max"], training["quantiles"]
    expected = QUANTILES if present else 0
    _require(len(quantiles) == expected, f"{path}.quantiles", f"{expected} numbers", len(quantiles))
    _require(low <= high, f"{path}.max", f"a number >= min = {low!r}", high)
    _require(training["std"] >= 0.0, f"{path}.std", "a number >= 0", training["std"])
    for index, (below, value) in enumerate(zip([low, *quantiles], quantiles)):
        _require(below <= value <= high, f"{path}.quantiles[{index}]", f"a number from {below!r} to {high!r}", value)
    if present == 0:
        for key in ("min", "max", "mean", "std"):
            _require(training[key] == 0.0, f"{path}.{key}", "0.0 for a column without values", training[key])


def _check_text_training(training: dict[str, Any], dtype: str, path: str) -> None:
    values, frequencies = training["values"], training["frequencies"]
    _require(training["none"] == 0 or training["nan"] == 0, path, "none or nan to be 0", training["nan"])
    _require(len(values) <= MAX_CATEGORIES, f"{path}.values", f"at most {MAX_CATEGORIES}", len(values))
    for index in range(1, len(values)):
        _require(values[index - 1] < values[index], f"{path}.values[{index}]",
                 f"text after {values[index - 1]!r} by code point", values[index])
    _require(len(frequencies) == len(values), f"{path}.frequencies", f"{len(values)} numbers", len(frequencies))
    for index, frequency in enumerate(frequencies):
        _require(frequency >= 1, f"{path}.frequencies[{index}]", "1 or more", frequency)
    _require(training["other"] >= 0, f"{path}.other", "0 or more", training["other"])
    total = sum(frequencies) + training["other"] + training["none"] + training["nan"]
    _require(total == training["count"], f"{path}.count", f"{total}, the sum of the counts", training["count"])


def _check_pipeline(payload: dict[str, Any]) -> None:
    kinds = check_node(payload["pipeline"], [kind_of(column["dtype"]) for column in payload["columns"]], "pipeline")
    _require(TEXT not in kinds, "pipeline", "numbers as output", f"text in output {kinds.index(TEXT)}"
             if TEXT in kinds else "")
    _check_unique_names(payload["features"], "features")
    _require(len(kinds) > 0, "pipeline", "at least one output", 0)
    _require(len(payload["features"]) == len(kinds), "features", f"{len(kinds)} names, one for each output",
             len(payload["features"]))
    check_fits(payload["pipeline"], payload["dtype"])
    for index in sorted(columns_read(payload["pipeline"])):
        _require(payload["columns"][index]["used"], f"columns[{index}].used", "true, a step reads this column", False)


def _check_steps(node: dict[str, Any], kinds: list[str], path: str, containers: int) -> list[str]:
    _require(len(node["steps"]) > 0, f"{path}.steps", "at least one step", node["steps"])
    names = [entry["name"] for entry in node["steps"]]
    _check_unique_names(names, f"{path}.steps")
    for index, entry in enumerate(node["steps"]):
        _require("__" not in entry["name"], f"{path}.steps[{index}].name", "a name without '__'", entry["name"])
        kinds = check_node(entry["step"], kinds, f"{path}.steps[{index}].step", containers)
    return kinds


def _check_transformers(node: dict[str, Any], kinds: list[str], path: str, containers: int) -> list[str]:
    _require(len(node["transformers"]) > 0, f"{path}.transformers", "at least one entry", node["transformers"])
    _check_unique_names([entry["name"] for entry in node["transformers"]], f"{path}.transformers")
    result: list[str] = []
    for index, entry in enumerate(node["transformers"]):
        here = f"{path}.transformers[{index}]"
        _require(len(entry["columns"]) > 0, f"{here}.columns", "at least one column", entry["columns"])
        for place, column in enumerate(entry["columns"]):
            _require(0 <= column < len(kinds), f"{here}.columns[{place}]", f"a position below {len(kinds)}", column)
        _require(math.isfinite(entry["weight"]), f"{here}.weight", "a finite number", entry["weight"])
        outputs = check_node(entry["step"], [kinds[c] for c in entry["columns"]], f"{here}.step", containers)
        _require(entry["weight"] == 1.0 or TEXT not in outputs, f"{here}.weight", "1.0 for text", entry["weight"])
        result += outputs
    return result


def _check_target(target: dict[str, Any], path: str) -> None:
    names, classes, threshold = target["names"], target["classes"], target["threshold"]
    _require(len(names) > 0, f"{path}.names", "at least one name", names)
    _check_unique_names(names, f"{path}.names")
    kinds = check_node(target["step"], [NUMBER] * len(names), f"{path}.step")
    _require(kinds == [NUMBER] * len(names), f"{path}.step", f"{len(names)} numbers in and out", f"{len(kinds)} outputs")
    missing = without_inverse(target["step"])
    _require(not missing, f"{path}.step", "a step that can be undone", missing)
    for dtype in FLOATS:
        check_fits(target["step"], dtype, f"{path}.step")
    labels = [str(label) for label in classes["values"]]
    check_array(classes, f"{path}.classes")
    _require(len(set(labels)) == len(labels) and not classes["none"] and not classes["nan"], f"{path}.classes",
             "classes of their own, none missing", labels)
    _require(not labels or (len(names) == 1 and target["step"]["type"] == "passthrough"), f"{path}.classes",
             "none beside a step that scales, or several names", labels)
    _require(len(labels) == 2 or threshold == 0.0, f"{path}.threshold", "0.0, unless there are two classes", threshold)
    types = [test["dtype"] for test in target["self_tests"]]
    _require(sorted(types) == sorted(FLOATS), f"{path}.self_tests", "one for float32, one for float64", types)
    for index, test in enumerate(target["self_tests"]):
        _check_target_test(test, target, f"{path}.self_tests[{index}]")


def _check_target_test(test: dict[str, Any], target: dict[str, Any], path: str) -> None:
    names, classes, rows = len(target["names"]), target["classes"], test["rows"]
    count = len(classes["values"])
    _require(rows >= 1, f"{path}.rows", "1 or more", rows)
    width, rest = divmod(len(test["outputs"]["values"]), rows)
    _require(rest == 0 and width in ((1, count) if count else (names,)), f"{path}.outputs",
             "as many numbers a row as the model gives", len(test["outputs"]["values"]))
    _check_cells(test["outputs"], test["dtype"], rows * width, f"{path}.outputs")
    _check_cells(test["expected"], classes["dtype"] if count else test["dtype"], rows * names, f"{path}.expected")
    _require(len(test["tolerance"]) == names, f"{path}.tolerance", f"{names} numbers", len(test["tolerance"]))
    for index, ulps in enumerate(test["tolerance"]):
        _require(ulps == 0 if count else ulps >= 0, f"{path}.tolerance[{index}]", "0, or of numbers more", ulps)


def _check_models(models: list[dict[str, Any]]) -> None:
    _require(len(models) <= MAX_MODELS, "models", f"at most {MAX_MODELS}", len(models))
    for index, model in enumerate(models):
        _require(model["file"] not in ("", ".", "..") and not re.search(r"[/\\]", model["file"]),
                 f"models[{index}].file", "a file name without directory", model["file"])
        _require(model["bytes"] >= 0, f"models[{index}].bytes", "0 or more", model["bytes"])
        _require(re.fullmatch("[0-9a-f]{64}", model["sha256"]) is not None, f"models[{index}].sha256",
                 "64 lower-case hex digits", model["sha256"])


def _check_policy(payload: dict[str, Any]) -> None:
    names = {"", *(column["name"] for column in payload["columns"]), *payload["features"]}
    for index, rule in enumerate(payload["policy"]):
        path = f"policy[{index}]"
        _require(rule["check"] in CHECKS, f"{path}.check", "the name of a check", rule["check"])
        _require(rule["action"] in ACTIONS, f"{path}.action", f"one of {', '.join(sorted(ACTIONS))}", rule["action"])
        _require(rule["column"] in names, f"{path}.column", "the name of an input or feature, or nothing",
                 rule["column"])


def _check_self_tests(payload: dict[str, Any]) -> None:
    tests = payload["self_tests"]
    _require(1 <= len(tests) <= 2, "self_tests", "one or two", len(tests))
    types = [test["dtype"] for test in tests]
    _require(types[0] == payload["dtype"], "self_tests[0].dtype", payload["dtype"], types[0])
    _require(len(set(types)) == len(types) and set(types) <= set(FLOATS), "self_tests",
             "different ones of float32 and float64", ", ".join(types))
    allowed = implied(payload["pipeline"], [kind_of(column["dtype"]) for column in payload["columns"]])
    for index, test in enumerate(tests):
        _check_self_test(test, payload, allowed, f"self_tests[{index}]")


def _check_self_test(test: dict[str, Any], payload: dict[str, Any], allowed: list[int], path: str) -> None:
    columns, width = payload["columns"], len(payload["features"])
    _require(test["rows"] >= 1, f"{path}.rows", "1 or more", test["rows"])
    _require(len(test["inputs"]) == len(columns), f"{path}.inputs", f"{len(columns)} arrays", len(test["inputs"]))
    for index, (array, column) in enumerate(zip(test["inputs"], columns)):
        dtype = "string" if kind_of(column["dtype"]) == TEXT else test["dtype"]
        _check_cells(array, dtype, test["rows"], f"{path}.inputs[{index}]")
    _check_cells(test["expected"], test["dtype"], test["rows"] * width, f"{path}.expected")
    _require(len(test["tolerance"]) == width, f"{path}.tolerance", f"{width} numbers", len(test["tolerance"]))
    for index, ulps in enumerate(test["tolerance"]):
        _require(0 <= ulps <= allowed[index], f"{path}.tolerance[{index}]", f"0 to {allowed[index]}", ulps)


def _check_cells(array: dict[str, Any], dtype: str, count: int, path: str) -> None:
    _require(array["dtype"] == dtype, f"{path}.dtype", dtype, array["dtype"])
    _require(len(array["values"]) == count, f"{path}.values", f"{count} values", len(array["values"]))
    check_array(array, path)
