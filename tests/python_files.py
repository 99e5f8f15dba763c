#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Whole files, C++ against Python (promise G9): each reads what the other writes, writes the same bytes for the same
state, and refuses the same states with the same code.

    python_files.py FILE_PEER [unittest options]

FILE_PEER is the program built from file_peer.cpp; a prefix such as `qemu-s390x` goes into FILE_PEER_RUNNER.
PREPGUARD_EDIT_COUNT sets how many edited files both judge (default 12,000).
"""

from __future__ import annotations

import copy
import glob
import os
import random
import struct
import subprocess
import sys
import tempfile
import unittest
from typing import Any, Iterator

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "python"))

import prepguard  # noqa: E402
from prepguard import envelope, validate  # noqa: E402

COUNT = int(os.environ.get("PREPGUARD_EDIT_COUNT", "12000"))
PEER = os.environ.get("FILE_PEER_RUNNER", "").split()
GOLDEN = sorted(glob.glob(os.path.join(HERE, "golden", "*.prepguard.json")))

INTEGERS = [-(2**63), -2, -1, 0, 1, 2, 3, 5, 7, 8, 9, 1000, 2**31, 2**62, 2**63 - 1]
REALS = [-1e300, -1.0, -5e-324, -0.0, 0.0, 5e-324, 1e-40, 0.1, 0.5, 1.0, 2.0, 16777217.0, 3.5e38, 1.7e308]
TEXTS = ["", "x", "a__b", "prepguard", "1.0.0", "01.0.0", "1.0", "2024-01-01T00:00:00Z", "float32", "float64", "int64",
         "bool", "string", "nan", "none", "value", "mean", "constant", "most_frequent", "ignore", "error", "keras", "native",
         "first_column", "infrequent_if_exist", "sklearn_float32_coefficients", "sklearn_float64_coefficients", "pipeline",
         "column_transformer", "standard_scaler", "passthrough", "one_hot_encoder", "simple_imputer", "no_such_step",
         "missing", "warn", "age", "x0", "../model", "0" * 64]


def ask(job: list[str], data: bytes = b"") -> bytes:
    return subprocess.run([*PEER, FILE_PEER, *job], input=data, stdout=subprocess.PIPE, check=True).stdout


def spots(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every (container, key or position) in a payload."""
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield value, key
        yield from spots(value[key])


def replacement(r: random.Random, old: Any) -> Any:
    """Another value, mostly of the same kind."""
    if r.random() < 0.07:
        return r.choice([1, 1.0, "x", True, None, [], {}, [1], {"a": 1}])
    if isinstance(old, bool):
        return not old
    if isinstance(old, int):
        return r.choice([old - 1, old + 1, r.choice(INTEGERS)])
    if isinstance(old, float):
        return r.choice([-old, old + 1.0, r.choice(REALS)])
    if isinstance(old, str):
        return r.choice([old + "x", r.choice(TEXTS)])
    return copy.deepcopy(r.choice([[], {}, old]))


def edit_list(r: random.Random, items: list[Any], donor: Any) -> None:
    kind = r.randrange(4)
    if kind == 0 and items:
        del items[r.randrange(len(items))]
    elif kind == 1 and items:
        items.insert(r.randrange(len(items) + 1), copy.deepcopy(r.choice(items)))
    elif kind == 2 and len(items) > 1:
        a, b = r.sample(range(len(items)), 2)
        items[a], items[b] = items[b], items[a]
    else:
        items.append(r.choice([0, 1, 2, 0.0, 1.5, "x"]) if not items else replacement(r, r.choice(items)))


def edit(r: random.Random, payload: Any, donors: list[Any]) -> None:
    """One change: of a value, of a list, of a key, or a part of another file in its place."""
    places = list(spots(payload))
    # Cells and expected values are most of a file; what stands in the steps is what matters.
    within = [spot for part in ("pipeline", "target") if isinstance(payload.get(part), (dict, list))
              for spot in spots(payload[part])]
    container, key = r.choice(within if within and r.random() < 0.6 else places)
    kind, old = r.random(), container[key]
    if kind < 0.25 and isinstance(old, list):
        edit_list(r, old, donors)
    elif kind < 0.33 and isinstance(container, dict):
        container.pop(key)
    elif kind < 0.38 and isinstance(container, dict):
        container[r.choice(["extra", "version", "weight", "clip"])] = replacement(r, old)
    elif kind < 0.45 and isinstance(container, dict):
        donated = [c[k] for c, k in spots(r.choice(donors)) if k == key]
        container[key] = copy.deepcopy(r.choice(donated)) if donated else replacement(r, old)
    else:
        container[key] = replacement(r, old)


def nest(payload: Any, levels: int) -> Any:
    """The payload with its pipeline inside so many pipelines."""
    for _ in range(levels):
        node = payload["pipeline"]
        payload["pipeline"] = {"type": "pipeline", "version": 1, "inputs": node["inputs"],
                               "steps": [{"name": "inner", "step": node}]}
    return payload


def judged(data: bytes) -> str:
    """Python's verdict, as file_peer words it: same, other, or the error."""
    try:
        ordered = validate.validate(envelope.unseal(data))
        return "same" if envelope.seal(ordered) == data else "other"
    except prepguard.Error as error:
        return f"{error.code} {error.message}"


def alike(mine: str, other: str, codes: bool) -> bool:
    """Of several faults in one file each reader may meet another first."""
    accepted, mine, other = ("same", "other"), mine.split(" ")[0], other.split(" ")[0]
    return mine == other or (not codes and mine not in accepted and other not in accepted)


class Files(unittest.TestCase):
    def compare(self, payloads: list[Any], codes: bool = True) -> tuple[int, int]:
        """Both verdicts on each payload, with the codes of refusals or without; returns how many were judged and how
        many accepted."""
        files = []
        for payload in payloads:
            try:
                files.append((envelope.seal(payload), payload.get("dtype")))
            except prepguard.Error:  # nothing that could be written as JSON
                continue
        frames = [(b"f" if dtype == "float32" else b"d") + struct.pack("<I", len(data)) + data for data, dtype in files]
        answers = ask(["check"], b"".join(frames)).decode("utf-8", "replace").splitlines()
        self.assertEqual(len(answers), len(files))
        verdicts = [(judged(data), answer) for (data, _), answer in zip(files, answers)]
        wrong = [f"Python: {mine}; C++: {other}" for mine, other in verdicts if not alike(mine, other, codes)]
        self.assertEqual(wrong[:20], [])
        return len(files), sum(answer in ("same", "other") for answer in answers)

    def test_cpp_files_load_in_python(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            ask(["make", folder])
            names = sorted(os.listdir(folder))
            self.assertGreaterEqual(len(names), 36)
            for name in names:
                with self.subTest(name), open(os.path.join(folder, name), "rb") as file:
                    data = file.read()
                    artifact = prepguard.loads(data)  # replays the self-tests
                    self.assertEqual(envelope.seal(artifact.payload), data)
        print(f"figure: {len(names)} artifacts made in C++, read and written again by Python: 0 differ")

    def test_both_judge_edited_files_alike(self) -> None:
        r = random.Random(20240229)
        donors = [prepguard.load(path).payload for path in GOLDEN]
        small = [payload for payload in donors if len(str(payload)) < 9000]
        judged_files = accepted = 0
        for edits in (1, 1, 2, 4):
            payloads = []
            for _ in range(COUNT // 4):
                payload = copy.deepcopy(r.choice(small if r.random() < 0.9 else donors))
                payload["self_tests"] = payload["self_tests"][:1]
                for _ in range(edits):
                    edit(r, payload, donors)
                payloads.append(payload)
            one, two = self.compare(payloads, codes=edits == 1)
            judged_files, accepted = judged_files + one, accepted + two
        self.assertGreater(accepted, judged_files // 50)
        print(f"figure: {judged_files} edited files judged by C++ and Python, {accepted} accepted by both: 0 differ")

    def test_nesting(self) -> None:
        for name, own in (("standard_scaler", 0), ("pipeline", 1), ("column_transformer", 3)):
            payload = prepguard.load(os.path.join(HERE, "golden", name + ".prepguard.json")).payload
            most = [nest(copy.deepcopy(payload), 8 - own), nest(copy.deepcopy(payload), 9 - own)]
            self.assertEqual(self.compare(most[:1]), (1, 1), name)
            self.assertEqual(self.compare(most[1:]), (1, 0), name)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: python_files.py FILE_PEER [unittest options]")
    FILE_PEER = sys.argv.pop(1)
    unittest.main()
