# SPDX-License-Identifier: MIT
"""`verify`: proves that an artifact is whole, consistent, computes here what it computed in training, and belongs to a
model."""

from __future__ import annotations

from typing import Any

from ..artifact import find_model
from ..envelope import FORMAT
from ..error import Error
from ..files import model_entry
from ..run import replay
from .arguments import Arguments, WrongUsage
from .opened import naming, open_artifact
from .people import counted


def verify(arguments: Arguments) -> None:
    opened = open_artifact(arguments.file)
    print(f"ok  envelope: format {FORMAT}, {counted(opened.size, 'byte')}, checksum right")
    prove(opened.payload, opened.path)
    models = opened.payload["models"]
    if "--model" in arguments.options:
        _check_model(models, arguments.options["--model"])
    elif models:
        print(f"--  model: not checked; give --model {models[0]['file']}")


def prove(payload: dict[str, Any], path: str) -> None:
    """A line for the content of a validated payload and for each self-test, replayed here."""
    features = len(payload["features"])
    print(f"ok  content: {counted(len(payload['columns']), 'column')}, {counted(features, 'feature')}, "
          "every invariant holds")
    for index, test in enumerate(payload["self_tests"]):
        with naming(path):
            replay(payload, test, f"self_tests[{index}]")
        equal = "within tolerance" if any(test["tolerance"]) else "every bit equal"
        print(f"ok  self-test in {test['dtype']}: {counted(test['rows'], 'row')}, "
              f"{counted(test['rows'] * features, 'value')}, {equal}")


def _check_model(models: list[dict[str, Any]], path: str) -> None:
    try:
        got = model_entry(path)
    except Error:
        raise WrongUsage(f"cannot read the model {path}") from None
    print(f"ok  model: {path} is {find_model(models, got)['file']}, SHA-256 {got['sha256']}")
