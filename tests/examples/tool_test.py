#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The command line tool as a script sees it: exit status, output, one clear message on standard error.

    tool_test.py TOOL [unittest arguments]
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler

ROOT = Path(__file__).resolve().parent.parent.parent
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT / "python")}
sys.path.insert(0, str(ROOT / "python"))

import prepguard  # noqa: E402

TOOL = ""


def run(*words: str, stdin: str = "", limit: "int | None" = None) -> subprocess.CompletedProcess:
    """`limit`: bytes of address space the tool may have."""
    def confine() -> None:
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    return subprocess.run([TOOL, *map(str, words)], input=stdin, capture_output=True, text=True, preexec_fn=confine)


class ToolTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = tempfile.TemporaryDirectory()
        folder = Path(cls.folder.name)
        frame = pd.DataFrame({"mass": [3750.0, 3800.0, 4500.0], "island": ["Dream", "Biscoe", "Torgersen"],
                              "flag": [True, False, True]})
        fitted = ColumnTransformer([("num", StandardScaler(), ["mass"]), ("flag", "passthrough", ["flag"]),
                                    ("cat", OneHotEncoder(), ["island"])]).fit(frame)
        cls.model = folder / "model.bin"
        cls.model.write_bytes(b"abc")
        cls.artifact, cls.csv = folder / "a.prepguard.json", folder / "rows.csv"
        prepguard.dump(fitted, cls.artifact, sample=frame, model=cls.model)
        cls.want = fitted.transform(pd.DataFrame({"mass": [4200.5, 3750.0], "island": ["Biscoe", "Dream"],
                                                  "flag": [False, True]}))
        cls.csv.write_bytes(b"flag,island,note,mass\r\nFalse,Biscoe,a,4200.5\r\nTrue,\"Dream\",\"b, \"\"c\"\"\",3750\r\n")

    @classmethod
    def tearDownClass(cls) -> None:
        cls.folder.cleanup()

    def path(self, name: str, content: str) -> str:
        path = Path(self.folder.name) / name
        path.write_text(content, encoding="utf-8", newline="")
        return str(path)

    def check(self, ran: subprocess.CompletedProcess, status: int, *words: str) -> None:
        self.assertEqual(ran.returncode, status, ran.stderr)
        if status:
            self.assertTrue(ran.stderr.startswith("prepguard: ") and ran.stderr.count("\n") == 1, ran.stderr)
        for word in words:
            self.assertIn(word, ran.stderr if status else ran.stdout)

    def test_wrong_usage(self) -> None:
        artifact, rows = str(self.artifact), str(self.csv)
        for words, message in [((), "what should be done"), (("frob",), "no such command: frob"),
                               (("inspect",), "expected 1 file, got 0"), (("inspect", artifact, rows), "got 2"),
                               (("check", artifact), "expected 2 files, got 1"),
                               (("check", artifact, "none.csv"), "cannot read none.csv"),
                               (("check", artifact, rows, "--html", "/no/folder/x"), "cannot write /no/folder/x"),
                               (("check", artifact, rows, "--dtype", "int8"), "float32 or float64, not int8"),
                               (("diff", artifact), "expected 2 files, got 1"),
                               (("inspect", artifact, "--html"), "no such option: --html"),
                               (("verify", artifact, "--model"), "--model needs a value"),
                               (("verify", artifact, "--model", "none"), "cannot read the model none: cannot open: No such"),
                               (("verify", artifact, "--model", "/dev/zero"), "cannot read the model /dev/zero: is a device"),
                               (("transform", artifact, "none.csv"), "cannot read none.csv"),
                               (("transform", artifact, rows, "--dtype", "int8"), "float32 or float64, not int8"),
                               (("transform", artifact, rows, "-o", "x", "-o", "y"), "-o is given twice"),
                               (("transform", artifact, rows, "-o", "/no/folder/x"), "cannot write /no/folder/x")]:
            with self.subTest(words):
                self.check(run(*words), 2, message)

    def test_help_and_version(self) -> None:
        self.check(run("--help"), 0, "inspect", "verify", "transform", "check", "diff", "Exit status")
        self.check(run("--version"), 0, "prepguard " + prepguard.__version__)

    def test_unusable_artifacts(self) -> None:
        whole = self.artifact.read_text(encoding="utf-8")
        for verb in [("inspect",), ("verify",), ("transform", str(self.csv)), ("check", str(self.csv)),
                     ("diff", str(self.artifact))]:
            for content, message in [(whole[:len(whole) // 2], "cut off"), ("", "empty"),
                                     (whole.replace("3750", "3751", 1), "checksum")]:
                with self.subTest(verb=verb, message=message):
                    broken = self.path("broken.prepguard.json", content)
                    self.check(run(verb[0], broken, *verb[1:]), 3, "broken.prepguard.json", message)
        self.check(run("inspect", "none.json"), 3, "none.json", "cannot open")

    def test_inspect(self) -> None:
        self.check(run("inspect", self.artifact), 0, "mass", "3750 to 4500, mean 4016.67", "stays NaN", "standard_scaler",
                   "island: categories [Biscoe, Dream, Torgersen]", "cat__island_Dream", "model.bin, 3 bytes",
                   "trained in float64", "error")

    def test_inspect_json_agrees_with_the_file(self) -> None:
        ran = run("inspect", self.artifact, "--json")
        self.check(ran, 0)
        facts, payload = json.loads(ran.stdout), json.loads(self.artifact.read_text())["payload"]
        for key in ["library", "library_version", "provenance", "dtype", "pipeline", "features", "models", "policy"]:
            self.assertEqual(facts[key], payload[key], key)
        for got, want in zip(facts["columns"], payload["columns"], strict=True):
            self.assertEqual({key: got[key] for key in want}, want)
        self.assertEqual([(t["dtype"], t["rows"]) for t in facts["self_tests"]],
                         [(t["dtype"], t["rows"]) for t in payload["self_tests"]])
        self.assertEqual(facts["bytes"], self.artifact.stat().st_size)
        self.assertEqual([c["if_unknown"] for c in facts["columns"]], ["", "error", ""])

    def test_verify(self) -> None:
        self.check(run("verify", self.artifact), 0, "self-test in float64", "self-test in float32", "every bit equal",
                   "not checked; give --model model.bin")
        self.check(run("verify", self.artifact, "--model", self.model), 0,
                   "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        self.check(run("verify", self.artifact, "--model", self.csv), 3, "not the model this artifact was exported with")

    def saved_model(self, name: str) -> Path:
        """A directory as TensorFlow writes it, with an empty file, a hidden one, and names whose byte order is no order of
        folders."""
        top = Path(self.folder.name) / name
        for path, content in [("saved_model.pb", b"abc"), ("variables/variables.index", b""), ("variables.txt", b"y"),
                              ("variables/deep/data", b"\0" * 70_000), ("assets/Ångström b.txt", b"a\n"), (".print", b"p")]:
            (top / path).parent.mkdir(parents=True, exist_ok=True)
            (top / path).write_bytes(content)
        return top

    def pair(self, name: str, *models: Path) -> Path:
        artifact = Path(self.folder.name) / name
        rows = pd.DataFrame({"mass": [3750.0, 3800.0, 4500.0]})
        prepguard.dump(StandardScaler().fit(rows), artifact, sample=rows, model=models)
        return artifact

    def both(self, *words: "str | Path") -> subprocess.CompletedProcess:
        """What this tool says, and that `python -m prepguard` says the same; only its help has another name."""
        ran = run(*words)
        python = subprocess.run([sys.executable, "-m", "prepguard", *map(str, words)], env=ENVIRONMENT, capture_output=True,
                                text=True)
        self.assertEqual((ran.returncode, ran.stdout, ran.stderr.replace("prepguard --help", "python -m prepguard --help")),
                         (python.returncode, python.stdout, python.stderr))
        return ran

    def test_models_of_every_kind(self) -> None:
        bundle, plain = self.saved_model("saved_model"), Path(self.folder.name) / "network.bin"
        plain.write_bytes(b"weights")
        artifact = self.pair("paired.prepguard.json", bundle, plain)
        listed = "find -L . -type f -printf '%P\\n' | LC_ALL=C sort | xargs -d '\\n' sha256sum | sha256sum"
        of_bundle, of_plain = (subprocess.run(["sh", "-c", command], cwd=bundle, capture_output=True, text=True,
                                              check=True).stdout.split()[0] for command in (listed, f"sha256sum '{plain}'"))
        ran = self.both("verify", artifact, "--model", plain, f"--model={bundle}/")
        self.check(ran, 0, f"ok  model: {plain} is network.bin, SHA-256 {of_plain}\n"
                           f"ok  model: {bundle}/ is saved_model, SHA-256 {of_bundle}\n")
        self.assertNotIn("not checked", ran.stdout)
        self.check(self.both("verify", artifact, "--model", plain), 0, "--  model: not checked; give --model saved_model\n")
        self.check(self.both("verify", artifact), 0, "not checked; give --model saved_model\n",
                   "not checked; give --model network.bin\n")
        plain.write_bytes(b"Weights")
        self.check(self.both("verify", artifact, "--model", bundle, "--model", plain), 3,
                   f"{plain}: not the model this artifact was exported with: expected network.bin, 7 bytes, SHA-256 {of_plain}, "
                   "got 7 bytes, SHA-256 ", "; do: serve the model it was exported with, or export both again")
        self.check(self.both("verify", self.pair("unpaired.prepguard.json"), "--model", bundle), 3, "names no model")

    def test_every_change_in_a_directory_is_a_mismatch(self) -> None:
        top = self.saved_model("changing")
        artifact = self.pair("changing.prepguard.json", top)
        changes = {"changed byte": lambda: (top / "saved_model.pb").write_bytes(b"abd"),
                   "renamed file": lambda: (top / "variables.txt").rename(top / "variables.tx"),
                   "moved file": lambda: (top / "variables/deep/data").rename(top / "variables/data"),
                   "missing file": lambda: (top / "variables/variables.index").unlink(),
                   "extra file": lambda: (top / "assets/~").write_bytes(b"")}
        for what, change in changes.items():
            change()
            with self.subTest(what):
                self.check(self.both("verify", artifact, "--model", top), 3, "expected changing, 70007 bytes, SHA-256 ")
            shutil.rmtree(top)
            self.check(self.both("verify", artifact, "--model", self.saved_model("changing")), 0)

    def test_models_that_cannot_be_hashed(self) -> None:
        top = self.saved_model("odd")
        artifact = self.pair("odd.prepguard.json", top)
        for make, words in [(lambda path: os.mkfifo(path), "is a pipe, not a regular file"),
                            (lambda path: os.symlink("..", path), "is a symbolic link to a directory; do: put"),
                            (lambda path: os.symlink("none", path), "cannot inspect: No such file or directory")]:
            with self.subTest(words):
                odd = top / "variables" / "odd"
                make(odd)
                self.check(self.both("verify", artifact, "--model", top), 2, f"cannot read the model {odd}: {words}")
                odd.unlink()
        empty = Path(self.folder.name) / "empty"
        empty.mkdir()
        for path in ("none", "", "/dev/null", empty):
            self.check(self.both("verify", artifact, "--model", path), 2, "cannot read the model")

    def test_memory_does_not_grow_with_the_model(self) -> None:
        size, limit = 96 << 20, 64 << 20
        model = Path(self.folder.name) / "large.bin"
        with open(model, "wb") as file:
            file.truncate(size)
        self.check(run("verify", self.pair("large.prepguard.json", model), "--model", model, limit=limit), 0, "is large.bin")
        model.unlink()
        print(f"figure: a model of {size >> 20} MiB hashed in {limit >> 20} MiB of address space")

    def test_verify_replays_the_self_test(self) -> None:
        artifact = prepguard.load(self.artifact)
        payload = json.loads(json.dumps(artifact.payload))
        payload["self_tests"][1]["expected"]["values"][0] += 0.5
        from prepguard.envelope import seal
        broken = Path(self.folder.name) / "other.prepguard.json"
        broken.write_bytes(seal(payload))
        self.check(run("inspect", broken), 0)
        self.check(run("verify", broken), 3, "self-test", "another result")

    def test_python_says_the_same(self) -> None:
        """`python -m prepguard` beside this tool, over the golden file of every step."""
        golden = sorted((ROOT / "tests" / "golden").glob("*.prepguard.json"))
        for path in golden:
            for words in (("inspect",), ("inspect", "--json"), ("verify",)):
                with self.subTest(file=path.name, words=words):
                    ran = subprocess.run([sys.executable, "-m", "prepguard", words[0], path, *words[1:]], env=ENVIRONMENT,
                                         capture_output=True, text=True)
                    self.assertEqual((ran.returncode, ran.stdout), (0, run(*words, path).stdout))
        print(f"\nfigure: {len(golden)} golden files: Python's inspect, inspect --json and verify print what the tool prints")

    def test_transform(self) -> None:
        ran = run("transform", self.artifact, self.csv)
        self.check(ran, 0)
        header, *rows = ran.stdout.splitlines()
        self.assertEqual(header.split(","), json.loads(self.artifact.read_text())["payload"]["features"])
        got = np.array([[float(cell) for cell in row.split(",")] for row in rows])
        self.assertEqual(got.tobytes(), self.want.tobytes())
        self.assertEqual(run("transform", self.artifact, "-", stdin=self.csv.read_text()).stdout, ran.stdout)
        self.assertNotEqual(run("transform", self.artifact, self.csv, "--dtype=float32").stdout, ran.stdout)

    def test_rejected_rows_are_named_by_line_and_column(self) -> None:
        for content, words in [
                ("flag,island,mass\n1,Biscoe,1\n1,\"Bis\ncoe\",1\n", ["line 3", 'unknown category "Bis\\ncoe"', '"island"']),
                ("flag,island,mass\n1,Biscoe,1\n1,Biscoe,NA\n", ["line 3", '"mass"', 'got "NA"', "leave the field empty"]),
                ("flag,island,mass\n1,Biscoe,inf\n", ["line 2", '"mass"', "infinity in the input", "got inf"]),
                ("flag,island,mass\n1,Biscoe,1e400\n", ["line 2", '"mass"', 'got "1e400"']),
                ("flag,island\n1,Biscoe\n", ["missing column", '"mass"']),
                ("flag,island,mass\n1,Biscoe\n", ["line 2", "expected 3 fields", "got 2 fields"]),
                ("", ["empty"])]:
            with self.subTest(content):
                ran = run("transform", self.artifact, self.path("bad.csv", content))
                self.check(ran, 1, "bad.csv", *words)
        huge = self.path("bad.csv", "flag,island,mass\n1,Biscoe,1\n1,Dream,1e39\n")
        self.check(run("transform", self.artifact, huge), 0)
        self.check(run("transform", self.artifact, huge, "--dtype", "float32"), 1, "line 3", '"mass"')

    def test_check_of_rows_that_fit(self) -> None:
        ran = run("check", self.artifact, self.csv)
        self.check(ran, 0, "rows.csv against", ": fit to be served", "2 rows, served in float64",
                   "columns the artifact does not read: note")
        self.assertNotIn("refused", ran.stdout)
        self.assertEqual(run("check", self.artifact, "-", stdin=self.csv.read_text()).returncode, 0)

    def report_of(self, content: str, status: int) -> "tuple[str, dict, str, str]":
        """The screen and the three files of `check`, whose exit status is no error: nothing is said about it."""
        outputs = [Path(self.folder.name) / ("report" + suffix) for suffix in (".json", ".html", ".prom")]
        ran = run("check", self.artifact, self.path("checked.csv", content), "--json", outputs[0], "--html", outputs[1],
                  "--prometheus", outputs[2])
        self.assertEqual((ran.returncode, ran.stderr), (status, ""))
        found, page, metrics = (path.read_text(encoding="utf-8") for path in outputs)
        return ran.stdout, json.loads(found), page, metrics

    def test_check_of_rows_that_do_not_fit(self) -> None:
        rows = ["flag,island,mass"] + ["1,Biscoe,4000"] * 3000
        rows[2] = '1,"An\nvers",4000'  # a record of two lines
        rows[1500], rows[2999] = "1,Dream,", "1,Dream,1e9"
        rows[10] = "1,Dream,5000"
        screen, report, page, metrics = self.report_of("\n".join(rows) + "\n", 1)
        self.assertIn("NOT FIT", screen)
        self.assertIn("3,000 rows", screen)
        for line in ['    line 3, column "island": unknown category "An\\nvers"', '    line 1502, column "mass": NaN; training had none',
                     '    line 3001, column "mass": 1000000000 is far from all of training',
                     '    line 12, column "mass": 5000; training range [3750, 4500]']:
            self.assertIn(line, screen)
        self.assertLess(screen.index("line 3001"), screen.index("would be served all the same"))
        self.assertLess(screen.index("would be served all the same"), screen.index("line 12,"))
        self.assertEqual(report["calls"]["served"]["rows"], 3000)
        found = {check["check"]: (check["failed"], check["rejected"], check["served"]) for check in report["checks"]}
        self.assertEqual([found[name] for name in ("unknown_category", "missing", "far_out_of_range", "out_of_range")],
                         [(0, 1, 0), (0, 1, 0), (0, 1, 0), (0, 0, 1)])
        self.assertIn("Rows were refused", page)
        self.assertIn('prepguard_violations_total{check="missing",stage="input",result="rejected"} 1\n', metrics)

    def test_check_counts_as_the_artifacts_policy_says(self) -> None:
        rows = "flag,island,mass\n1,Biscoe,5000\n1,Biscoe,4000\n"
        self.report_of(rows, 0)
        frame = pd.DataFrame({"mass": [3750.0, 3800.0, 4500.0]})
        strict = Path(self.folder.name) / "strict.prepguard.json"
        prepguard.dump(StandardScaler().fit(frame), strict, sample=frame,
                       policy=[{"check": "out_of_range", "action": "fail", "column": "mass"}])
        ran = run("check", strict, self.path("mass.csv", "mass\n5000\n4000\n"))
        self.assertEqual(ran.returncode, 1)
        self.assertIn("would be refused\n  out_of_range: 1 row", ran.stdout)
        tolerant = Path(self.folder.name) / "tolerant.prepguard.json"
        prepguard.dump(StandardScaler().fit(frame), tolerant, sample=frame,
                       policy=[{"check": "missing", "action": "replace", "column": ""}])
        self.check(run("check", tolerant, self.path("mass.csv", "mass\n\"\"\n4000\n")), 0, "NaN; the policy replaces it")

    def test_check_of_categories_that_the_encoder_ignores(self) -> None:
        frame = pd.DataFrame({"island": ["Biscoe", "Dream", "Biscoe"]})
        path = Path(self.folder.name) / "ignoring.prepguard.json"
        prepguard.dump(OneHotEncoder(handle_unknown="ignore", sparse_output=False).fit(frame), path, sample=frame)
        self.check(run("check", path, self.path("island.csv", "island\nDream\nAnvers\n")), 0, "fit to be served",
                   "would be served all the same", "unknown_category: 1 row", 'line 3, column "island": unknown category "Anvers"')

    def test_check_of_what_is_no_table_of_these_columns(self) -> None:
        for content, words in [("flag,island\n1,Biscoe\n", ["missing column", '"mass"']),
                               ("flag,island,mass\n1,Biscoe,NA\n", ["line 2", '"mass"', 'got "NA"']),
                               ("flag,island,mass\n", ["has no rows"]), ("", ["empty"])]:
            with self.subTest(content):
                self.check(run("check", self.artifact, self.path("bad.csv", content)), 1, "bad.csv", *words)

    def test_check_when_no_row_is_left(self) -> None:
        screen, report, _, _ = self.report_of("flag,island,mass\n1,Anvers,4000\n1,Anvers,4000\n", 1)
        self.assertIn("unknown_category: 2 rows", screen)
        self.assertEqual(report["calls"]["refused"], {"calls": 1, "rows": 2})

    def test_check_of_an_artifact_with_a_target(self) -> None:
        """There is no model here, so that nothing is scaled back."""
        frame = pd.DataFrame({"mass": [3750.0, 3800.0, 4500.0]})
        scaler = StandardScaler().fit(frame)
        path = Path(self.folder.name) / "target.prepguard.json"
        prepguard.dump(scaler, path, sample=frame, target=StandardScaler().fit(np.array([[1.0], [2.0], [4.0]])))
        self.check(run("check", path, self.path("mass.csv", "mass\n4000\n")), 0, "fit to be served")

    def test_memory_of_check_does_not_grow_with_the_rows(self) -> None:
        rows, limit = 1_000_000, 64 << 20
        path = self.path("long.csv", "flag,island,mass\n" + "1,Torgersen,4000.5\n" * rows)
        ran = run("check", self.artifact, path, limit=limit)
        self.check(ran, 0, "1,000,000 rows")
        print(f"figure: a CSV of {rows} rows checked in {limit >> 20} MiB of address space")

    def dumped(self, name: str, fitted: object, frame: pd.DataFrame, **facts: object) -> Path:
        path = Path(self.folder.name) / (name + ".prepguard.json")
        prepguard.dump(fitted, path, sample=frame, **facts)
        return path

    def test_diff(self) -> None:
        frame = pd.DataFrame({"mass": [3750.0, 3800.0, 4500.0], "length": [181.0, 190.0, 200.0],
                              "island": ["Dream", "Biscoe", "Torgersen"]})
        retrained = frame.assign(mass=[3750.0, 4000.0, 4700.0], island=["Dream", "Biscoe", "Anvers"])
        steps = lambda: ColumnTransformer([("num", StandardScaler(), ["mass", "length"]), ("cat", OneHotEncoder(), ["island"])])
        old = self.dumped("old", steps().fit(frame), frame)
        self.check(run("diff", old, old), 0, "no difference, byte for byte")
        new = self.dumped("new", steps().fit(retrained), retrained, model=self.model,
                          policy=[{"check": "missing", "action": "reject_row", "column": "mass"}])
        ran = run("diff", old, new)
        self.assertEqual((ran.returncode, ran.stderr), (1, ""))
        for part in ["mass: mean 4016.67 -> 4150 (+0.389 std)", "island: gone: Torgersen, new: Anvers",
                     "(standard_scaler) mean: mass 4016.6666666666665 -> 4150.0\n",
                     "island: categories: 3 values -> 3; gone: Torgersen; new: Anvers", "gone: cat__island_Torgersen",
                     "new: missing: reject_row, column mass", "new: model.bin, 3 bytes, SHA-256", "gets other features",
                     "rows: the same columns"]:
            self.assertIn(part, ran.stdout)
        self.assertNotIn("length:", ran.stdout)

    def test_diff_of_other_columns_and_steps(self) -> None:
        frame = pd.DataFrame({"a": [1.0, 2.0, 4.0], "b": [1.0, 3.0, 9.0]})
        scaled = self.dumped("scaled", StandardScaler().fit(frame), frame)
        reordered = self.dumped("reordered", StandardScaler().fit(frame[["b", "a"]]), frame[["b", "a"]])
        ran = run("diff", scaled, reordered)
        self.assertEqual(ran.returncode, 1)
        self.assertIn("columns\n  in another order\n", ran.stdout)
        self.assertNotIn("what training saw", ran.stdout)
        self.assertNotIn("mean:", ran.stdout)  # each column has its own as before
        integers = frame.astype({"a": int})
        ran = run("diff", scaled, self.dumped("integers", StandardScaler().fit(integers), integers))
        self.assertIn("a: float64 -> int64", ran.stdout)
        ran = run("diff", scaled, self.dumped("ranges", MinMaxScaler().fit(frame), frame, target=["x", "y"]))
        self.assertIn("pipeline: standard_scaler -> min_max_scaler", ran.stdout)
        self.assertIn("none -> there is one", ran.stdout)
        many = pd.DataFrame({f"c{k}": [1.0, 2.0 + k, 4.0] for k in range(300)})
        ran = run("diff", scaled, self.dumped("many", StandardScaler().fit(many), many))
        self.assertLess(len(ran.stdout), 4000)
        self.assertIn("(300 in all)", ran.stdout)

    def test_golden_files_differ_from_one_another_only(self) -> None:
        golden = sorted((ROOT / "tests" / "golden").glob("*.prepguard.json"))
        for one, other in zip(golden, golden[1:] + golden[:1], strict=True):
            with self.subTest(one.name):
                self.check(run("diff", one, one), 0, "no difference")
                self.assertEqual(run("diff", one, other).returncode, 1)

    def test_output_file_appears_whole_or_not_at_all(self) -> None:
        out = Path(self.folder.name) / "out.csv"
        out.write_text("old")
        bad = self.path("bad.csv", "flag,island,mass\n1,Biscoe,1\n1,Atlantis,1\n")
        self.check(run("transform", self.artifact, bad, "-o", out), 1, "Atlantis")
        self.assertEqual(out.read_text(), "old")
        self.check(run("transform", self.artifact, self.csv, "-o", out), 0)
        self.assertEqual(out.read_text(), run("transform", self.artifact, self.csv).stdout)
        self.assertEqual([name for name in os.listdir(self.folder.name) if ".part" in name], [])
        self.check(run("transform", self.artifact, self.csv, "-o", "/dev/full"), 3, "cannot write")

    def test_memory_does_not_grow_with_rows(self) -> None:
        rows, limit = 100_000, 64 << 20
        big = "flag,island,mass,note\n" + ("1,Torgersen,3750.125,\"" + "x\n" * 500 + "\"\n") * rows
        self.check(run("transform", self.artifact, "-", "-o", "/dev/null", stdin=big, limit=limit), 0)
        print(f"figure: {rows} rows, {len(big) >> 20} MiB of CSV, transformed in {limit >> 20} MiB of address space")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: tool_test.py TOOL [unittest arguments]")
    TOOL = os.path.abspath(sys.argv.pop(1))
    unittest.main()
