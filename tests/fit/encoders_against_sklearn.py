#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Encoders fitted in C++ against the nodes of scikit-learn's own, for random rows and options: equal, or both refuse.

    encoders_against_sklearn.py ENCODER_PEER [COUNT [SEED]]

ENCODER_PEER is encoder_peer.cpp.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any, NamedTuple, Optional

import numpy as np
import pandas as pd
import sklearn
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder

TESTS = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS.parent / "python"), str(TESTS / "parity")]

from prepguard.arrays import pack, unpack  # noqa: E402
from prepguard.nodes import export  # noqa: E402
from prepguard.schema import read_sample  # noqa: E402
from prepguard.steps import Block  # noqa: E402
from support import write_texts  # noqa: E402

ENCODERS = {"one_hot_encoder": OneHotEncoder, "ordinal_encoder": OrdinalEncoder}
DTYPES = ("float32", "float64", "string")
GROUPED_CODES = "min_frequency" in OrdinalEncoder().get_params()
POOLS = {"numbers": [-3.0, -0.0, 0.0, 0.1, 0.3, 1.0, 2.0, 1e-30, 1e30, 5e15],
         "string": ["", "a", "Åmål", "b", "nan", "None", "x" * 9, "企鵝", " a", "A"]}


class Job(NamedTuple):
    """One fit on both sides."""

    step: str
    mode: str
    rows: Any
    options: dict[str, Any]


def random_rows(r: np.random.RandomState, dtype: str) -> Any:
    """One to three columns of few values, often equally frequent ones, some missing."""
    rows, columns = int(r.choice([1, 2, 5, 12, 40, 200])), []
    for _ in range(r.randint(1, 4)):
        pool = POOLS["string" if dtype == "string" else "numbers"]
        pool = [pool[k] for k in r.choice(len(pool), r.randint(1, len(pool) + 1), replace=False)]
        weights = r.choice([1, 1, 2, 8, 30], len(pool)).astype(float)
        cells = np.array([pool[k] for k in r.choice(len(pool), rows, p=weights / weights.sum())], dtype=object)
        if r.uniform() < 0.5:
            cells[r.uniform(size=rows) < 0.15] = r.choice([None, np.nan]) if dtype == "string" else np.nan
        columns.append(cells)
    frame = pd.DataFrame({f"x{j}": pd.Series(cells, dtype=object) for j, cells in enumerate(columns)})
    return frame if dtype == "string" else frame.astype(dtype)


def random_options(r: np.random.RandomState, step: str, rows: pd.DataFrame) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if step == "one_hot_encoder" or GROUPED_CODES:
        choices = [None, None, int(r.choice([1, 2, 3, 10, 50])), float(r.choice([0.01, 0.1, 0.2, 0.25, 0.5]))]
        options["min_frequency"] = choices[r.randint(4)]
        lowest = 1 if GROUPED_CODES else 2  # scikit-learn 1.2 ignores 1
        options["max_categories"] = [None, None, int(r.randint(lowest, 7))][r.randint(3)]
    if r.uniform() < 0.3:
        options["categories"] = [given_list(r, rows[name]) for name in rows]
    if step == "one_hot_encoder":
        options["handle_unknown"] = str(r.choice(["error", "ignore", "infrequent_if_exist"]))
        given = [r.choice(rows[name].to_numpy(dtype=object)) for name in rows]
        options["drop"] = [None, "first", "if_binary", given][r.randint(4)]
    taken = int(r.randint(5)) if GROUPED_CODES else -3  # 1.2 also refuses the place of NaN, which is no code
    if step == "ordinal_encoder" and r.uniform() < 0.6:
        options.update(handle_unknown="use_encoded_value", unknown_value=[-1, np.nan, 99, taken][r.randint(4)])
    if step == "ordinal_encoder" and r.uniform() < 0.5:
        options["encoded_missing_value"] = int(r.choice([-1, -2, 50, taken]))
    return options


def random_mode(r: np.random.RandomState, rows: pd.DataFrame, options: dict[str, Any]) -> str:
    """In batches a category to be dropped may not be there yet, or one not be infrequent yet whose code is taken."""
    codes = {options.get("unknown_value", -1), options.get("encoded_missing_value", -1)}
    early = isinstance(options.get("drop"), list) or codes & set(range(5))
    return "fit" if len(rows) < 5 else ["fit", "merge=3", "batches=4"][r.randint(2 if early else 3)]


def given_list(r: np.random.RandomState, cells: pd.Series) -> np.ndarray:
    """Categories in an order of their own: most that are there, some that are not; a missing one last."""
    known = OrdinalEncoder().fit(cells.to_frame()).categories_[0].tolist()
    present = [value for value in known if value is not None and value == value]
    others = [value for value in POOLS["string" if cells.dtype == object else "numbers"]
              if np.asarray([value]).astype(cells.dtype)[0] not in present]
    values = present[r.randint(2):] + [others[k] for k in r.choice(len(others), min(2, len(others)), replace=False)]
    missing = [value for value in known if value is None or value != value]
    ordered = list(dict.fromkeys(values)) if cells.dtype == object else sorted(set(np.array(values, cells.dtype).tolist()))
    if cells.dtype == object:
        r.shuffle(ordered)
    return np.array((ordered or present) + missing, dtype=cells.dtype)


def as_given(job: Job) -> dict[str, Any]:
    """The options as encoder_peer.cpp reads them."""
    options, text = job.options, job.rows.iloc[:, 0].dtype == object
    least, drop = options.get("min_frequency"), options.get("drop")
    code = options.get("unknown_value")
    return {
        "handle_unknown": options.get("handle_unknown", "error"),
        "unknown_value": pack(np.array([] if code is None else [float(code)])),
        "encoded_missing_value": pack(np.array([float(options.get("encoded_missing_value", np.nan))])),
        "categories": [pack(np.asarray(values)) for values in options.get("categories", [])],
        "drop": drop if isinstance(drop, str) else "none",
        "drop_values": pack(np.array(drop if isinstance(drop, list) else [], dtype=object if text else np.float64)),
        "min_rows": least if isinstance(least, int) else 0, "min_share": least if isinstance(least, float) else 0.0,
        "max_categories": options.get("max_categories") or 0}


def node_of_sklearn(job: Job) -> Optional[dict[str, Any]]:
    """What the exporter reads from scikit-learn's fit; None if it refuses."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            fitted = ENCODERS[job.step](**job.options).fit(job.rows)
        except (ValueError, AttributeError):  # which 1.9 raises instead where a text to be dropped is infrequent
            return None
    sample = read_sample(job.rows, None, None)
    block = Block("fitted", [c.name for c in sample.columns], [c.kind for c in sample.columns],
                  [c.spellings for c in sample.columns], list(range(len(sample.columns))))
    return export(fitted, block).node


def normal(node: dict[str, Any]) -> dict[str, Any]:
    """Without what differs by design: who fitted it, and which of two equal zeros a category is."""
    columns = []
    for column in node["columns"]:
        categories = unpack(column["categories"])
        columns.append({**column, "categories": pack(categories if categories.dtype == object else categories + 0.0)})
    return {**node, "contract": "", "columns": columns}


def write_job(start: Path, job: Job, dtype: str) -> None:
    start.with_suffix(".options").write_text(json.dumps(as_given(job), indent=4, ensure_ascii=False), encoding="utf-8")
    if dtype == "string":
        write_texts(str(start.with_suffix(".texts")), job.rows)
    else:
        np.ascontiguousarray(job.rows.to_numpy()).tofile(start.with_suffix(".numbers"))


def main(program: str, count: int, seed: int) -> int:
    r, jobs = np.random.RandomState(seed), []
    with tempfile.TemporaryDirectory() as temporary:
        folder, lines = Path(temporary), []
        for number in range(count):
            step, dtype = str(r.choice(list(ENCODERS))), str(r.choice(DTYPES))
            rows = random_rows(r, dtype)
            options = random_options(r, step, rows)
            jobs.append(Job(step, random_mode(r, rows, options), rows, options))
            write_job(folder / str(number), jobs[-1], dtype)
            lines.append(f"{number} {step} {jobs[-1].mode} {dtype} {len(rows)}")
        (folder / "jobs.txt").write_text("\n".join(lines) + "\n")
        subprocess.run([program, temporary], check=True)
        states = [(folder / f"{number}.state").read_text(encoding="utf-8") for number in range(count)]
    failed = refused = 0
    for number, (job, state) in enumerate(zip(jobs, states)):
        want = node_of_sklearn(job)
        got = None if state.startswith("error ") else json.loads(state)
        refused += want is None
        if (got is None) == (want is None) and (got is None or normal(got) == normal(want)):
            continue
        failed += 1
        if failed <= 5:
            print(f"FAIL {number} of seed {seed}: {job.step} {job.mode} {job.options}\n{job.rows}\ngot {state}\nwant {want}")
    print(f"G19 encoders against scikit-learn {sklearn.__version__}: {count} random fits, {refused} refused by both, "
          f"{failed} differ")
    return 1 if failed or refused == count else 0


if __name__ == "__main__":
    if not 2 <= len(sys.argv) <= 4:
        sys.exit("usage: encoders_against_sklearn.py ENCODER_PEER [COUNT [SEED]]")
    numbers = [int(text) for text in sys.argv[2:]]
    sys.exit(main(sys.argv[1], *(numbers + [1500, 20240229][len(numbers):])))
