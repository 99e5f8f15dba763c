#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The command line tool against scikit-learn: features of sample CSV files, compared bit for bit.

    tool_parity.py TOOL [FOLDER]

makes the samples of python/tests/make_samples.py in FOLDER (or a temporary one), runs `TOOL transform` on each in every
type its artifact has a self-test of, reads the numbers it wrote and compares their bits with scikit-learn's own output.
"""

import csv
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent.parent


def written_numbers(text: str, dtype: str) -> "tuple[list[str], np.ndarray]":
    """Header and cells; every cell is read straight to the type, an empty one is NaN."""
    header, *rows = csv.reader(text.splitlines())
    kind = np.dtype(dtype).type
    return header, np.array([[kind(cell or "nan") for cell in row] for row in rows], dtype).reshape(-1, len(header))


def differing_bits(got: np.ndarray, want: np.ndarray) -> int:
    """Cells whose bits differ; any NaN equals any NaN."""
    bits = np.dtype(f"u{want.itemsize}")
    return int(np.sum((got.view(bits) != want.view(bits)) & ~(np.isnan(got) & np.isnan(want))))


def compare(tool: str, artifact: Path, dtype: str) -> "tuple[int, int]":
    """Values and how many of them differ, or raise with what the tool said."""
    start = str(artifact)[:-len(".prepguard.json")]
    run = subprocess.run([tool, "transform", str(artifact), start + ".csv", "--dtype", dtype], capture_output=True, text=True)
    if run.returncode != 0:
        raise RuntimeError(f"exit status {run.returncode}: {run.stderr.strip()}")
    header, got = written_numbers(run.stdout, dtype)
    features = json.loads(artifact.read_text(encoding="utf-8"))["payload"]["features"]
    if header != features:
        raise RuntimeError(f"header {header} instead of {features}")
    want = np.fromfile(f"{start}.{dtype}.bin", np.dtype(dtype).newbyteorder("<")).astype(dtype).reshape(-1, len(features))
    if got.shape != want.shape:
        raise RuntimeError(f"shape {got.shape} instead of {want.shape}")
    return want.size, differing_bits(got, want)


def main(tool: str, folder: Path) -> int:
    subprocess.run([sys.executable, str(ROOT / "python" / "tests" / "make_samples.py"), str(folder)], check=True)
    passed = failed = 0
    values = {"float32": [0, 0], "float64": [0, 0]}
    for artifact in sorted(folder.glob("*.prepguard.json")):
        for dtype, sums in values.items():
            if not Path(f"{str(artifact)[:-len('.prepguard.json')]}.{dtype}.bin").exists():
                continue
            try:
                count, differ = compare(tool, artifact, dtype)
                problem = f"{differ} of {count} values differ" if differ else ""
                sums[0], sums[1] = sums[0] + count, sums[1] + differ
            except RuntimeError as error:
                problem = str(error)
            passed, failed = passed + (not problem), failed + bool(problem)
            if problem:
                print(f"FAIL {artifact.name} {dtype}: {problem}")
    for dtype, (count, differ) in values.items():
        print(f"figure: tool transform against scikit-learn in {dtype}: {count} values, {differ} differ")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    if len(sys.argv) == 3:
        sys.exit(main(sys.argv[1], Path(sys.argv[2])))
    if len(sys.argv) != 2:
        sys.exit("usage: tool_parity.py TOOL [FOLDER]")
    with tempfile.TemporaryDirectory() as temporary:
        sys.exit(main(sys.argv[1], Path(temporary)))
