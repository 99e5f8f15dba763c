# SPDX-License-Identifier: MIT
"""A case as a program of its own."""

from __future__ import annotations

from typing import Any

import numpy as np

from compare import Case
from specs import kinds, source

MODULES = {"Pipeline": "pipeline", "FeatureUnion": "pipeline", "ColumnTransformer": "compose", "SimpleImputer": "impute",
           "MissingIndicator": "impute"}

PROGRAM = '''# {failure}
# Run with PYTHONPATH=python, from the top of the project; give the tool (build/examples/prepguard) to see what C++ does.
import csv, subprocess, sys
import numpy as np
import pandas as pd
{imports}
import prepguard

nan = float("nan")
sample = {sample}
rows = {rows}
fitted = {step}.fit(sample)
prepguard.dump(fitted, "case.prepguard.json", sample=sample, provenance_date="")
artifact = prepguard.load("case.prepguard.json")
for test in artifact.payload["self_tests"]:
    dtype = test["dtype"]
    served = {served}
    want = fitted.transform(served)
    want = np.asarray(want.toarray() if hasattr(want, "toarray") else want).astype(dtype)
    print(dtype, "scikit-learn", want.tolist(), "twin", artifact.transform(served, dtype=dtype).tolist(), sep="\\n")
    with open("case.csv", "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([artifact.columns, *([
            "" if cell is None or cell != cell else cell if isinstance(cell, str) else repr(float(cell)) for cell in row]
            for row in np.asarray(served, dtype=object).tolist())])
    for tool in sys.argv[1:]:
        print(subprocess.run([tool, "transform", "case.prepguard.json", "case.csv", "--dtype", dtype],
                             capture_output=True, encoding="utf-8"))
'''


def program(case: Case, failure: str) -> str:
    names = sorted(kinds(case.node) - {"passthrough", "drop"})
    imports = "\n".join(f"from sklearn.{MODULES.get(name, 'preprocessing')} import {name}" for name in names)
    served = "rows.astype({name: dtype for name in rows if rows[name].dtype != object})" if hasattr(case.sample, "iloc") \
        else "rows.astype(dtype)" if case.sample.dtype != object else "rows"
    return PROGRAM.format(failure=failure.replace("\n", " "), imports=imports, sample=_literal(case.sample),
                          rows=_literal(case.serving[0]), step=source(case.node), served=served)


def _literal(rows: Any) -> str:
    if not hasattr(rows, "iloc"):
        return f"np.array({rows.tolist()!r}, dtype={rows.dtype.name!r})"
    columns = ",\n    ".join(f"{name!r}: np.array({np.asarray(rows[name]).tolist()!r}, dtype={np.asarray(rows[name]).dtype.name!r})"
                             for name in rows.columns)
    return "pd.DataFrame({\n    " + columns + "})"
