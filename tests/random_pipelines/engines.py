# SPDX-License-Identifier: MIT
"""Who serves an artifact: the C++ library, through peer.cpp, and Python's twin."""

from __future__ import annotations

import os
import struct
import subprocess
import tempfile
from typing import Any

import numpy as np

from compare import Engine, Job, prepguard

NONE, NAN = 2**32 - 1, 2**32 - 2


def cpp(peer: str) -> Engine:
    """All jobs in one run of the peer."""
    def engine(jobs: list[Job]) -> list[Any]:
        with tempfile.TemporaryDirectory() as folder:
            lines = [_write(job, os.path.join(folder, str(index))) for index, job in enumerate(jobs)]
            ran = subprocess.run([peer], input="".join(lines), capture_output=True, encoding="utf-8")
            if ran.returncode != 0:
                raise RuntimeError(f"{peer}: status {ran.returncode}: {ran.stderr}")
            return [_read(job, os.path.join(folder, str(index))) for index, job in enumerate(jobs)]
    return engine


def twin(jobs: list[Job]) -> list[Any]:
    return [_twin(job) for job in jobs]


def _twin(job: Job) -> Any:
    artifact = prepguard.loads(job.artifact, verify=False)
    numbers, texts = iter(job.numbers.T), iter(job.texts)
    data = {column["name"]: next(texts) if column["dtype"] == "string" else next(numbers)
            for column in artifact.payload["columns"]}
    try:
        return artifact.transform(data, dtype=job.dtype)
    except prepguard.Error as problem:
        return f"{problem.code}: {problem.message}"


def _write(job: Job, start: str) -> str:
    with open(start + ".artifact", "wb") as file:
        file.write(job.artifact)
    job.numbers.astype(np.dtype(job.dtype).newbyteorder("<")).tofile(start + ".numbers")
    with open(start + ".texts", "wb") as file:
        for cell in (cell for column in job.texts for cell in column):
            data = cell.encode("utf-8") if isinstance(cell, str) else b""
            size = len(data) if isinstance(cell, str) else NONE if cell is None else NAN
            file.write(struct.pack("<I", size) + data)
    return f"{job.dtype}\t{len(job.want)}\t{start}\n"


def _read(job: Job, start: str) -> Any:
    if os.path.exists(start + ".error"):
        with open(start + ".error", encoding="utf-8") as file:
            return file.read()
    made = np.fromfile(start + ".result", np.dtype(job.dtype).newbyteorder("<")).astype(job.dtype)
    return made.reshape(len(job.want), -1) if made.size % len(job.want) == 0 else f"{made.size} values came back"
