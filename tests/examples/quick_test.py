#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The README's C++ is compiled (examples/quick.cpp has every line of it), runs, and prints what is stored.

    quick_test.py QUICK [unittest arguments]
"""

import re
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
QUICK = ""


def code_lines(text: str) -> "list[str]":
    """Lines without comments, white space made one."""
    lines = (re.sub(r"\s+", " ", re.sub(r"\s*//.*", "", line)).strip() for line in text.splitlines())
    return [line for line in lines if line]


class QuickTest(unittest.TestCase):
    def test_every_line_of_the_readme_is_compiled(self) -> None:
        compiled = code_lines((ROOT / "examples" / "quick.cpp").read_text(encoding="utf-8"))
        blocks = re.findall(r"```cpp\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.S)
        self.assertTrue(blocks)
        for line in code_lines("\n".join(blocks)):
            self.assertIn(line, compiled)

    def test_it_prints_what_is_stored(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            ran = subprocess.run([QUICK], cwd=folder, capture_output=True, text=True, check=True)
        self.assertEqual(ran.stdout, (ROOT / "examples" / "quick.txt").read_text(encoding="utf-8"))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: quick_test.py QUICK [unittest arguments]")
    QUICK = os.path.abspath(sys.argv.pop(1))
    unittest.main()
