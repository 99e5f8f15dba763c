# SPDX-License-Identifier: MIT
"""`inspect`: what is inside an artifact, for people or as JSON."""

from __future__ import annotations

import json
from typing import Any, Iterator

from ..arrays import TEXT, kind_of
from ..envelope import FORMAT
from .arguments import Arguments
from .describe import describe
from .handling import handling
from .opened import Opened, open_artifact
from .people import counted, listed, short_number, table

TOOLS = (("scikit-learn ", "sklearn"), ("Keras ", "keras"), ("numpy ", "numpy"), ("Python ", "python"), ("", "date"))


def inspect(arguments: Arguments) -> None:
    opened = open_artifact(arguments.file)
    columns = [{**column, **dict(zip(("if_missing", "if_unknown"), handling(opened.payload, index)))}
               for index, column in enumerate(opened.payload["columns"])]
    if "--json" in arguments.options:
        print(json.dumps(_facts(opened, columns), indent=4, ensure_ascii=False))
    else:
        print("\n".join([*_head(opened), *_columns(columns), *_rest(opened.payload)]))


def _facts(opened: Opened, columns: list[dict[str, Any]]) -> dict[str, Any]:
    """The content of the file without its self-test rows, and facts about it."""
    tests = [{"dtype": test["dtype"], "rows": test["rows"]} for test in opened.payload["self_tests"]]
    return {"file": opened.path, "format": FORMAT, "bytes": opened.size, **opened.payload, "columns": columns,
            "self_tests": tests}


def _head(opened: Opened) -> Iterator[str]:
    payload = opened.payload
    yield opened.path
    yield (f"  format {FORMAT}, {counted(opened.size, 'byte')}, first written by {payload['library']} "
           f"{payload['library_version']}")
    tools = [what + payload["provenance"][key] for what, key in TOOLS if payload["provenance"][key]]
    if tools:
        yield f"  made with {', '.join(tools)}"
    tests = [f"{test['dtype']}: {counted(test['rows'], 'row')}, "
             f"{counted(test['rows'] * len(payload['features']), 'value')}" for test in payload["self_tests"]]
    yield f"  trained in {payload['dtype']}; self-tests {'; '.join(tests)} (`verify` replays them)"


def _columns(columns: list[dict[str, Any]]) -> Iterator[str]:
    rows = [["column", "type", "rows", "missing", "if missing", "if unknown", "training"]]
    for column in columns:
        training = column["training"]
        rows.append([column["name"], column["dtype"], str(training["count"]), str(training["none"] + training["nan"]),
                     column["if_missing"], column["if_unknown"], _training(column)])
    yield f"\ninput: {counted(len(columns), 'column')}, bound by name"
    yield from table(rows)


def _training(column: dict[str, Any]) -> str:
    seen = column["training"]
    if seen["count"] == seen["none"] + seen["nan"]:
        return "nothing is known"
    if kind_of(column["dtype"]) == TEXT:
        return listed([f"{value} {count}" for value, count in zip(seen["values"], seen["frequencies"])], 5)
    return (f"{short_number(seen['min'])} to {short_number(seen['max'])}, mean {short_number(seen['mean'])}, "
            f"std {short_number(seen['std'])}")


def _rest(payload: dict[str, Any]) -> Iterator[str]:
    yield f"\npipeline: {payload['pipeline']['type']}"
    yield from describe(payload)
    yield f"\noutput: {counted(len(payload['features']), 'feature')}"
    yield from (f"  {feature}" for feature in payload["features"])
    for target in payload["target"]:
        classes = len(target["classes"]["values"])
        yield f"\ntarget: one of {classes} classes" if classes else \
            f"\ntarget: {listed(target['names'])}, scaled back by {target['step']['type']}"
    yield "\nmodels" if payload["models"] else "\nmodels: none named"
    for model in payload["models"]:
        yield f"  {model['file']}, {counted(model['bytes'], 'byte')}, SHA-256 {model['sha256']}"
    if payload["policy"]:
        yield "\npolicy"
    for rule in payload["policy"]:
        column = f", column {rule['column']}" if rule["column"] else ""
        value = "" if rule["value"] == 0.0 else f", {short_number(rule['value'])}"
        yield f"  {rule['check']}: {rule['action']}{column}{value}"
