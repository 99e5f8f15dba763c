#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The machine-readable reports, read by others: JSON by Python, metrics by a parser of their own grammar.

    report_formats.py PROGRAM [unittest arguments]     PROGRAM: tests/report_sample
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROGRAM = ""
HUGE = (2**64 - 1) // 4
NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
SAMPLE = re.compile(rf'({NAME})(?:\{{((?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\[\\"n])*",?)*)\}})? (\S+)\Z')
LABEL = re.compile(r'([a-zA-Z_]\w*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|\Z)')
VALUE = re.compile(r"NaN|[+-]Inf|[+-]?\d+(\.\d+)?(e[+-]?\d+)?")


def refuse(word: str) -> None:
    raise ValueError(f"{word} is no JSON")


def unescaped(label: str) -> str:
    return re.sub(r'\\([\\"n])', lambda match: "\n" if match[1] == "n" else match[1], label)


def metrics(text: str) -> "dict[tuple, float]":
    """The samples of a page in the text format 0.0.4; refuses what Prometheus refuses."""
    if not text.endswith("\n"):
        raise ValueError("the last line does not end")
    samples, types = {}, {}
    for line in text[:-1].split("\n"):
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            if name in types or kind not in ("counter", "gauge"):
                raise ValueError(line)
            types[name] = kind
        elif not line.startswith("# HELP "):
            match = SAMPLE.match(line)
            if not match or not VALUE.fullmatch(match[3]) or match[1] not in types:
                raise ValueError(line)
            labels = frozenset((name, unescaped(value)) for name, value in LABEL.findall(match[2] or "") if value)
            if (match[1], labels) in samples:
                raise ValueError("twice: " + line)
            if types[match[1]] == "counter" and not match[1].endswith("_total"):
                raise ValueError("a counter without _total: " + line)
            samples[match[1], labels] = float(match[3].replace("Inf", "inf"))
    return samples


class ReportFormatsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = tempfile.TemporaryDirectory()
        subprocess.run([PROGRAM, cls.folder.name], check=True)

    @classmethod
    def tearDownClass(cls) -> None:
        cls.folder.cleanup()

    def text(self, name: str) -> str:
        return (Path(self.folder.name) / name).read_bytes().decode("utf-8")  # strict: all of it is UTF-8

    def json(self, name: str) -> dict:
        return json.loads(self.text(name), parse_constant=refuse)

    def metrics(self, name: str) -> "dict[tuple, float]":
        return metrics(self.text(name))

    def test_json(self) -> None:
        report = self.json("bad_day.json")
        self.assertEqual(report["calls"]["served"], {"calls": 3101, "rows": 20480})
        checks = {check["check"]: check for check in report["checks"]}
        self.assertEqual(len(checks), 18)
        self.assertEqual(checks["missing"], {"check": "missing", "stage": "input", "failed": 12, "rejected": 0, "served": 41})
        self.assertEqual([verdict["columns"] for verdict in report["verdicts"]], [["body_mass_g"], ["flipper_length_mm"]])
        column = report["columns"][3]
        self.assertEqual((column["name"], column["rows"], column["training"]["mean"]), ("body_mass_g", 20480, 4201.75))
        self.assertEqual((len(column["shares"]), len(column["training"]["quantiles"])), (8, 7))
        self.assertEqual(report["hook"], {"told": 40, "suppressed": 3105, "threw": 0})
        self.assertEqual(report["by_column"][0], {"check": "missing", "column": "bill_length_mm", "rows": 5})
        self.assertEqual(report["unknown_categories"][0]["top"][1], {"value": "", "count": 4})

    def test_json_of_hostile_names_and_values(self) -> None:
        report = self.json("hostile.json")
        self.assertEqual({check["failed"] for check in report["checks"]}, {HUGE})
        names = [column["name"] for column in report["columns"]]
        for name in ["quote\" and 'quote'", "back\\slash\\n", "two\nlines\r\n\ttab", "not UTF-8 \ufffd\ufffd(\ufffd\ufffd",
                     "NUL \ufffd here", "terminal \x1b[31mred\x1b[0m", "x" * 5000]:
            self.assertIn(name, names)
        numbers = [column[key] for column in report["columns"] for key in ("min", "max", "mean", "std")]
        self.assertIn(None, numbers)
        self.assertIn(sys.float_info.max, numbers)

    def test_metrics(self) -> None:
        samples = self.metrics("bad_day.prom")
        labelled = lambda **labels: frozenset(labels.items())
        self.assertEqual(samples["prepguard_rows_total", labelled(result="refused")], 96)
        self.assertEqual(samples["prepguard_calls_total", labelled(result="served")], 3101)
        self.assertEqual(samples["prepguard_hook_violations_total", labelled(result="suppressed")], 3105)
        found = lambda check, stage, result: samples["prepguard_violations_total",
                                                     labelled(check=check, stage=stage, result=result)]
        self.assertEqual(found("missing", "input", "failed"), 12)
        self.assertEqual(found("unknown_category", "input", "rejected"), 37)
        self.assertEqual(found("non_finite_output", "output", "failed"), 0)
        verdict = lambda **labels: samples["prepguard_verdict_windows", labelled(stage="input", **labels)]
        self.assertEqual(verdict(check="rescaled"), 4)
        self.assertEqual(verdict(check="rescaled", feature="body_mass_g"), 4)
        self.assertEqual(verdict(check="swapped_columns"), 0)
        self.assertEqual(samples["prepguard_column_missing_total", labelled(feature="bill_depth_mm")], 6100)
        self.assertEqual(samples["prepguard_column_violations_total",
                                 labelled(check="missing", stage="input", feature="bill_length_mm")], 5)
        self.assertEqual(samples["prepguard_unknown_category_rows_total", labelled(feature="island")], 37)
        self.assertNotIn("Anvers", self.text("bad_day.prom"))

    def test_metrics_of_hostile_names_and_values(self) -> None:
        samples = self.metrics("hostile.prom")
        names = {value for _, labels in samples for key, value in labels if key == "feature"}
        for name in ["quote\" and 'quote'", "back\\slash\\n", "two\nlines\r\n\ttab",
                     "{feature=\"x\"} 1\n# TYPE evil counter", "not UTF-8 \ufffd\ufffd(\ufffd\ufffd"]:
            self.assertIn(name, names)
        self.assertTrue(any(value != value for value in samples.values()))
        for name in ["empty", "wide"]:
            self.metrics(name + ".prom")

    @unittest.skipUnless(shutil.which("promtool"), "promtool (package prometheus) is not here")
    def test_promtool_agrees(self) -> None:
        for name in ["empty", "bad_day", "hostile", "wide"]:
            ran = subprocess.run(["promtool", "check", "metrics"], input=self.text(name + ".prom").encode(),
                                 capture_output=True)
            self.assertEqual(ran.returncode, 0, ran.stderr.decode() + ran.stdout.decode())


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main()
