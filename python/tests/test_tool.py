# SPDX-License-Identifier: MIT
"""`python -m prepguard` as a script sees it: exit status, output, one clear message on standard error."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any, Callable, NamedTuple

import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import prepguard
from prepguard.tool import main
from support import sealed_without_checks

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(prepguard.__file__).parent.parent), "LC_ALL": "C"}
FRAME = pd.DataFrame({"mass": [3750.0, 3800.0, 4500.0], "island": ["Dream", "Biscoe", "Tørgersen"],
                      "flag": [True, False, True], "note": [1, 2, 3]})
ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # SHA-256 of "abc", FIPS 180-2 appendix B


class Ran(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


def run(*words: Any) -> Ran:
    """In this process, for speed."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="ascii") for _ in range(2))
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = main([str(word) for word in words])
    for stream in (out, err):
        stream.flush()
    return Ran(status, *(stream.buffer.getvalue().decode("utf-8") for stream in (out, err)))


def run_process(*words: Any, stdout: Any = subprocess.PIPE) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-m", "prepguard", *map(str, words)], stdout=stdout, stderr=subprocess.PIPE,
                          encoding="utf-8", env=ENVIRONMENT)


class ToolCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = Path(cls.temporary.name)
        fitted = ColumnTransformer([("num", StandardScaler(), ["mass"]), ("flag", "passthrough", ["flag"]),
                                    ("cat", OneHotEncoder(), ["island"])]).fit(FRAME)
        cls.model, cls.artifact = cls.folder / "model.bin", cls.folder / "a.prepguard.json"
        cls.model.write_bytes(b"abc")
        prepguard.dump(fitted, cls.artifact, sample=FRAME, model=cls.model)
        cls.whole = cls.artifact.read_bytes()
        cls.payload = prepguard.loads(cls.whole).payload

    @classmethod
    def tearDownClass(cls) -> None:
        cls.temporary.cleanup()

    def file(self, content: bytes, name: str = "b.prepguard.json") -> Path:
        path = self.folder / name
        path.write_bytes(content)
        return path

    def check(self, ran: Any, status: int, *words: str) -> None:
        self.assertEqual(ran.returncode, status, ran.stderr)
        if status:
            self.assertTrue(ran.stderr.startswith("prepguard: ") and ran.stderr.count("\n") == 1, ran.stderr)
        else:
            self.assertEqual(ran.stderr, "")
        for word in words:
            self.assertIn(word, ran.stderr if status else ran.stdout)


class Tool(ToolCase):
    def test_wrong_usage(self) -> None:
        artifact = self.artifact
        for words, message in [((), "what should be done"), (("frob",), "no such command: frob"), (("",), "no such command"),
                               (("inspect",), "expected 1 file, got 0"), (("inspect", artifact, artifact), "got 2"),
                               (("inspect", artifact, "--html"), "no such option: --html"),
                               (("inspect", artifact, "--json=1"), "no such option: --json=1"),
                               (("inspect", artifact, "--json", "--json"), "--json is given twice"),
                               (("inspect", "--", artifact, "--json"), "got 2"),
                               (("verify", artifact, "--json"), "no such option: --json"),
                               (("verify", artifact, "--model"), "--model needs a value"),
                               (("verify", artifact, "--model", "none"), "cannot read the model none: cannot open: No such"),
                               (("verify", artifact, "--model", "/dev/null"), "cannot read the model /dev/null: is a device"),
                               (("seal",), "expected 1 file, got 0"), (("seal", artifact, "-o"), "-o needs a value"),
                               (("seal", artifact, "-o", "x", "-o", "y"), "-o is given twice"),
                               (("seal", artifact, "-o", "/no/folder/x"), "cannot write /no/folder/x")]:
            with self.subTest(words):
                self.check(run(*words), 2, message, "--help")

    def test_help_and_version(self) -> None:
        for word in ("--help", "-h", "help"):
            self.check(run(word), 0, "inspect FILE [--json]", "verify FILE [--model PATH]...", "seal FILE [-o OUTPUT]",
                       "Exit status: 0 fine, 1 the data was rejected, 2 wrong usage, 3 the artifact is not usable.")
        self.check(run("--version"), 0, f"prepguard {prepguard.__version__}")

    def test_unusable_artifacts(self) -> None:
        broken_state = json.loads(json.dumps(self.payload))
        broken_state["pipeline"]["transformers"][0]["step"]["scale"]["values"][0] = 0.0
        for verb in ("inspect", "verify"):
            for content, message in [(self.whole[:len(self.whole) // 2], "cut short"), (b"", "empty file"),
                                     (self.whole.replace(b"3750", b"3751", 1), "damaged, or edited by hand"),
                                     (self.whole.replace(b"\n", b"\r\n"), "line endings"),
                                     (self.whole.replace(b'"format":1', b'"format":2', 1), "this library reads format 1"),
                                     (sealed_without_checks(broken_state), "expected a number > 0, got 0.0"),
                                     (b"\x80\x04", "a Python pickle")]:
                with self.subTest(verb=verb, message=message):
                    self.check(run(verb, self.file(content)), 3, "b.prepguard.json", message)
            self.check(run(verb, "none.json"), 3, "none.json", "cannot read")
            self.check(run(verb, self.folder), 3, "Is a directory")

    def test_inspect(self) -> None:
        self.check(run("inspect", self.artifact), 0, "3750 to 4500, mean 4016.67", "stays NaN", "not read",
                   "num: standard_scaler of mass", "island: categories [Biscoe, Dream, Tørgersen], drop none",
                   "cat__island_Dream", "model.bin, 3 bytes, SHA-256 " + ABC, "trained in float64", "error")

    def test_inspect_json(self) -> None:
        ran = run("inspect", self.artifact, "--json")
        self.check(ran, 0)
        facts = json.loads(ran.stdout)
        for key in ["library", "library_version", "provenance", "dtype", "pipeline", "features", "models", "policy"]:
            self.assertEqual(facts[key], self.payload[key], key)
        self.assertEqual((facts["file"], facts["format"], facts["bytes"]), (str(self.artifact), 1, len(self.whole)))
        self.assertEqual([(c["name"], c["if_missing"], c["if_unknown"]) for c in facts["columns"]],
                         [("mass", "stays NaN", ""), ("island", "error", "error"), ("flag", "stays NaN", ""),
                          ("note", "not read", "")])

    def test_verify(self) -> None:
        self.check(run("verify", self.artifact), 0, f"ok  envelope: format 1, {len(self.whole):,} bytes, checksum right",
                   "ok  content: 4 columns, 5 features", "ok  self-test in float64", "ok  self-test in float32",
                   "every bit equal", "--  model: not checked; give --model model.bin")
        self.check(run("verify", self.artifact, "--model", self.model), 0, f"is model.bin, SHA-256 {ABC}")
        self.check(run("verify", self.artifact, f"--model={self.artifact}"), 3, f"{self.artifact}: not the model this artifact was exported with: expected model.bin, 3 bytes, "
                   f"SHA-256 {ABC}, got {len(self.whole)} bytes, SHA-256 {hashlib.sha256(self.whole).hexdigest()}; do: serve")

    def test_verify_several_models(self) -> None:
        bundle = self.folder / "bundle"
        bundle.mkdir()
        (bundle / "weights").write_bytes(b"w")
        listed = hashlib.sha256(f"{hashlib.sha256(b'w').hexdigest()}  weights\n".encode()).hexdigest()
        payload = json.loads(json.dumps(self.payload))
        payload["models"].append({"file": "bundle", "bytes": 1, "sha256": listed})
        path = self.file(sealed_without_checks(payload))
        self.check(run("verify", path), 0, "--  model: not checked; give --model model.bin\n"
                   "--  model: not checked; give --model bundle\n")
        ran = run("verify", path, "--model", bundle)
        self.check(ran, 0, f"ok  model: {bundle} is bundle, SHA-256 {listed}\n--  model: not checked; give --model model.bin\n")
        ran = run("verify", path, f"--model={bundle}", "--model", self.model)
        self.check(ran, 0, "is bundle, ", f"is model.bin, SHA-256 {ABC}")
        self.assertNotIn("not checked", ran.stdout)
        (bundle / "weights").write_bytes(b"W")
        self.check(run("verify", path, "--model", self.model, "--model", bundle), 3, f"expected bundle, 1 bytes, SHA-256 {listed}")
        payload["models"] = []
        self.check(run("verify", self.file(sealed_without_checks(payload)), "--model", self.model), 3,
                   "this artifact names no model")

    def test_verify_replays_the_self_test(self) -> None:
        payload = json.loads(json.dumps(self.payload))
        payload["self_tests"][1]["expected"]["values"][0] += 0.5
        broken = self.file(sealed_without_checks(payload))
        self.check(run("inspect", broken), 0)
        self.check(run("verify", broken), 3, "self_tests[1] (float32)", "values differ", "b.prepguard.json")

    def test_full_disk(self) -> None:
        with open("/dev/full", "w", encoding="utf-8") as full:
            self.check(run_process("inspect", self.artifact, stdout=full), 3, "standard output: cannot write")

    def test_as_a_program(self) -> None:
        for words in (("inspect", self.artifact), ("verify", "none"), ("frob",)):
            ran, here = run_process(*words), run(*words)
            self.assertEqual((ran.returncode, ran.stdout, ran.stderr), here)

    def test_terminal_codes_in_messages(self) -> None:
        self.check(run("inspect", "no\x1b[31m\nfile"), 3, "no?[31m\\nfile")


class Seal(ToolCase):
    def edited(self, edit: Callable[[dict], None]) -> dict:
        payload = json.loads(json.dumps(self.payload))
        edit(payload)
        return payload

    def texts(self, payload: dict) -> dict[str, bytes]:
        """One payload in every form a file may have after an edit."""
        text = json.dumps(payload, indent=4, ensure_ascii=False).encode()
        head = self.whole[:self.whole.index(b"\n") + 1]
        return {"payload": text, "compact payload": json.dumps(payload, separators=(",", ":")).encode(),
                "stale envelope": head + b'"payload":\n' + text + b"\n}\n",
                "reformatted": json.dumps({"prepguard": {"format": 1, "bytes": 1, "crc32": ""}, "payload": payload}).encode(),
                "another order": json.dumps({"payload": dict(reversed(payload.items())), "prepguard": {"format": 1}}).encode(),
                "byte order mark": b"\xef\xbb\xbf" + text, "line endings": (head + b'"payload":\n' + text + b"\n}\n")
                .replace(b"\n", b"\r\n")}

    def test_every_form(self) -> None:
        def rename(payload: dict) -> None:
            payload["features"][0] = "Massé"
            payload["policy"] = [{"check": "missing", "action": "warn", "column": "mass", "value": 0.5}]
            payload["models"][0]["file"] = "other.bin"
        payload = self.edited(rename)
        for form, content in self.texts(payload).items():
            with self.subTest(form):
                path = self.file(content)
                path.chmod(0o640)
                self.check(run("seal", path), 0, "ok  content: 4 columns, 5 features", "ok  self-test in float64",
                           "ok  self-test in float32", f"ok  sealed: {path}")
                self.assertEqual(path.read_bytes(), sealed_without_checks(payload))
                self.assertEqual(path.stat().st_mode & 0o777, 0o640)
                self.check(run("inspect", path), 0, "Massé", "missing: warn, column mass, 0.5", "other.bin")
                self.check(run("verify", path), 0)

    def test_sealed_file_stays(self) -> None:
        path = self.file(self.whole)
        before = path.stat()
        self.check(run("seal", path), 0, "as it was")
        self.assertEqual((path.read_bytes(), path.stat().st_ino), (self.whole, before.st_ino))

    def test_output_elsewhere(self) -> None:
        path, target = self.file(self.texts(self.payload)["payload"]), self.folder / "c.prepguard.json"
        self.check(run("seal", path, "-o", target), 0, "c.prepguard.json")
        self.assertEqual((target.read_bytes(), path.read_bytes()), (self.whole, self.texts(self.payload)["payload"]))

    def test_refused_and_untouched(self) -> None:
        def at(path: str, value: Any) -> bytes:
            def edit(payload: dict) -> None:
                exec(f"payload{path} = value", {"payload": payload, "value": value})
            return self.texts(self.edited(edit))["stale envelope"]

        scale = "['pipeline']['transformers'][0]['step']['scale']['values'][0]"
        cases = {
            "cut": (self.whole[:-400], "payload: "), "empty": (b"", "payload: "), "no JSON": (b"<html>", "payload: "),
            "a list": (b"[1]", "expected an object"), "other JSON": (b'{"a": 1}', "neither a prepguard file nor"),
            "key too many": (b'{"prepguard": {"format": 1}, "payload": {}, "c": 1}', "neither a prepguard file nor"),
            "empty payload": (b'{"prepguard": {"format": 1}, "payload": {}}', "key 'library' is missing"),
            "other format": (b'{"prepguard": {"format": 2}, "payload": {}}', "file format 2"),
            "no UTF-8": (b'{"library": "\xff"}', "utf-8"), "bad token": (at(scale, 1), "with a point or exponent"),
            "another statistic": (at(scale, 400.0), "values differ"), "bad state": (at(scale, -1.0), "expected a number > 0"),
            "unknown key": (at("['comment']", "edited"), "unknown key 'comment'"),
            "unknown step": (at("['pipeline']['type']", "magic"), "unknown step 'magic'"),
            "unknown check": (at("['policy']", [{"check": "x", "action": "warn", "column": "", "value": 0.0}]), "policy[0].check"),
            "name twice": (at("['features'][0]", "cat__island_Dream"), "not used before"),
        }
        for name, (content, message) in cases.items():
            with self.subTest(name):
                path = self.file(content)
                self.check(run("seal", path), 3, "b.prepguard.json", message)
                self.assertEqual(path.read_bytes(), content)
        self.assertEqual([name for name in os.listdir(self.folder) if name.endswith(".tmp")], [])
        print(f"\nseal: {len(cases)} edits refused, the file untouched")

    def test_unwritable(self) -> None:
        path = self.file(self.texts(self.payload)["payload"])
        self.check(run("seal", path, "-o", self.folder), 3, "cannot write")
        self.check(run("seal", "none.json"), 3, "none.json: cannot read")


if __name__ == "__main__":
    unittest.main()
