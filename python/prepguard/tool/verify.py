# SPDX-License-Identifier: MIT
"""`verify`: proves that an artifact is whole, consistent, computes here what it computed in training, and belongs to a
model."""

from __future__ import annotations

from typing import Any

from ..envelope import FORMAT
from ..error import Error
from ..models import find_model
from ..run import replay
from .arguments import Arguments, WrongUsage
from .opened import naming, open_artifact
from .people import counted


def verify(arguments: Arguments) -> None:
    opened = open_artifact(arguments.file)
    print(f"ok  envelope: format {FORMAT}, {counted(opened.size, 'byte')}, checksum right")
    prove(opened.payload, opened.path)
    _check_models(opened.payload["models"], arguments.lists.get("--model", []))


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


def _check_models(stored: list[dict[str, Any]], paths: list[str]) -> None:
    """A line for each model that was given, and for each that was not."""
    checked = []
    for path in paths:
        try:
            checked.append(find_model(stored, path))
        except Error as error:
            if error.code != "io_failed":
                raise
            raise WrongUsage(f"cannot read the model {error.message}") from None
        print(f"ok  model: {path} is {checked[-1]['file']}, SHA-256 {checked[-1]['sha256']}")
    for model in stored:
        if model not in checked:
            print(f"--  model: not checked; give --model {model['file']}")
