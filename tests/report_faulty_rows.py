#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Penguins with faults through the tool, for a look at a page of real findings.

    report_faulty_rows.py TOOL FOLDER     writes FOLDER/penguins.html
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "python"), str(ROOT / "examples" / "penguins")]

import prepguard  # noqa: E402
import train  # noqa: E402

tool, folder = sys.argv[1], Path(sys.argv[2])
written, penguins = train.read_penguins()
columns = train.MEASUREMENTS + train.YEAR + train.TEXTS
prepguard.dump(train.preprocessing().fit(penguins[columns]), folder / "penguins.prepguard.json", sample=penguins[columns])

rows = written[columns].copy()
rows["body_mass_g"] = [str(float(cell) / 1000) if isinstance(cell, str) else cell for cell in rows["body_mass_g"]]  # kg
rows.loc[::40, "island"] = "Anvers"
rows.loc[9, "year"] = ""
rows.loc[10, "bill_depth_mm"] = "1e9"
rows.to_csv(folder / "penguins.csv", index=False)

ran = subprocess.run([tool, "check", folder / "penguins.prepguard.json", folder / "penguins.csv", "--html",
                      folder / "penguins.html"], capture_output=True, text=True)
if ran.returncode != 1 or ran.stderr:
    sys.exit(f"expected rows that do not fit, got status {ran.returncode}\n{ran.stdout}{ran.stderr}")
