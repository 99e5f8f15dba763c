# SPDX-License-Identifier: MIT
"""Writing and reading files, models, packaging, and what is not imported."""

from __future__ import annotations

import ast
import hashlib
import os
import pickle
import signal
import stat
import subprocess
import sys
import tempfile
import time
import unittest
import zipfile
from unittest import mock

import numpy as np
from sklearn.preprocessing import StandardScaler

import prepguard
from prepguard.files import read_file, write_file
from support import Case

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
SAMPLE = np.array([[1.0, 2.0], [3.0, 5.0]])


class Files(Case):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.path = os.path.join(self.folder, "a.prepguard.json")
        self.fitted = StandardScaler().fit(SAMPLE)

    def dump(self, path: object = None, **options: object) -> None:
        prepguard.dump(self.fitted, path or self.path, sample=SAMPLE, **options)

    def only_the_file(self) -> None:
        self.assertEqual(os.listdir(self.folder), ["a.prepguard.json"])

    def test_dump_and_load(self) -> None:
        self.dump()
        self.only_the_file()
        artifact = prepguard.load(self.path)
        self.assertEqual(artifact.transform(SAMPLE).tolist(), [[-1.0, -1.0], [1.0, 1.0]])
        self.assertEqual(artifact.payload["library_version"], prepguard.__version__)
        self.assertRegex(artifact.payload["provenance"]["date"], r"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$")

    def test_same_bytes_for_the_same_state(self) -> None:
        first = prepguard.dumps(self.fitted, sample=SAMPLE, provenance_date="")
        self.assertEqual(first, prepguard.dumps(pickle.loads(pickle.dumps(self.fitted)), sample=SAMPLE, provenance_date=""))
        self.dump(provenance_date="")
        self.assertEqual(read_file(self.path), first)

    def test_permissions_and_links(self) -> None:
        self.dump()
        umask = os.umask(0o022)
        os.umask(umask)
        self.assertEqual(stat.S_IMODE(os.stat(self.path).st_mode), 0o666 & ~umask)
        os.chmod(self.path, 0o640)
        link = os.path.join(self.folder, "link")
        os.symlink("a.prepguard.json", link)
        self.dump(link)
        self.assertTrue(os.path.islink(link))
        self.assertEqual(stat.S_IMODE(os.stat(self.path).st_mode), 0o640)
        self.assertEqual(sorted(os.listdir(self.folder)), ["a.prepguard.json", "link"])

    def test_odd_paths(self) -> None:
        for path in (os.path.join(self.folder.encode(), b"\xff\xfe"), os.path.join(self.folder, "with space é")):
            with self.subTest(path):
                self.dump(path)
                prepguard.load(path)

    def test_failures_keep_the_old_file(self) -> None:
        self.dump()
        before = read_file(self.path)
        for call in ("fsync", "replace", "chmod"):
            with self.subTest(call), mock.patch(f"prepguard.files.os.{call}", side_effect=OSError(28, "No space left on device")):
                with self.refused("io_failed", self.path, "No space left"):
                    self.dump()
            self.only_the_file()
            self.assertEqual(read_file(self.path), before)

    def test_refused_objects_write_nothing(self) -> None:
        self.dump()
        before = read_file(self.path)
        self.fitted.scale_ = np.array([1.0, 0.0])
        with self.refused("bad_parameter", "scale.values[1]"):
            self.dump()
        self.assertEqual(read_file(self.path), before)

    def test_killed_at_any_time(self) -> None:
        """A writer that is killed leaves the old or the new bytes, and at most its own temporary file."""
        old, new = b"o" * 300000, b"n" * 300000
        kills = 0
        for attempt in range(25):
            write_file(self.path, old)
            child = os.fork()
            if child == 0:
                try:
                    while True:
                        write_file(self.path, new)
                        write_file(self.path, old)
                finally:
                    os._exit(0)
            time.sleep(0.001 + 0.0007 * attempt)
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            self.assertIn(read_file(self.path), (old, new))
            kills += 1
        self.assertTrue(all(name.startswith((".prepguard-", "a.")) for name in os.listdir(self.folder)))
        print(f"\nfiles: {kills} writers killed, target always old or new")

    def test_reading(self) -> None:
        os.mkfifo(os.path.join(self.folder, "fifo"))
        os.symlink("loop", os.path.join(self.folder, "loop"))
        for name, words in (("absent", "No such file"), ("", "irectory"), ("fifo", "not a regular file"), ("loop", "symbolic")):
            with self.subTest(name), self.refused("io_failed", words):
                prepguard.load(os.path.join(self.folder, name))
        with self.refused("io_failed", "not a regular file"):
            prepguard.load("/dev/zero")
        write_file(self.path, b"0123456789")
        with self.refused("io_failed", "more than the cap of 9"):
            read_file(self.path, cap=9)
        with self.refused("io_failed", "no-folder"):
            self.dump(os.path.join(self.folder, "no-folder", "x"))

    def test_models(self) -> None:
        models = []
        for name, data in (("m.onnx", b"model"), ("n.bin", b"")):
            models.append(os.path.join(self.folder, name))
            with open(models[-1], "wb") as file:
                file.write(data)
        self.dump(model=models)
        artifact = prepguard.load(self.path)
        self.assertEqual(artifact.payload["models"], [
            {"file": "m.onnx", "bytes": 5, "sha256": hashlib.sha256(b"model").hexdigest()},
            {"file": "n.bin", "bytes": 0, "sha256": hashlib.sha256(b"").hexdigest()}])
        artifact.verify(model=models[0])
        artifact.verify(model=models)
        with open(models[0], "ab") as file:
            file.write(b"!")
        with self.refused("model_mismatch", "m.onnx", "6 bytes", "5 bytes"):
            artifact.verify(model=models)
        with self.refused("model_mismatch", "no model"):
            self.dump()
            prepguard.load(self.path).verify(model=models[0])

    def test_policy(self) -> None:
        self.dump(policy=[{"check": "missing", "action": "reject_row"},
                          {"check": "far_out_of_range", "action": "count", "column": "x0"},
                          {"check": "out_of_range", "action": "replace", "column": "x0", "value": 1}])
        self.assertEqual(prepguard.load(self.path).payload["policy"], [
            {"check": "missing", "action": "reject_row", "column": "", "value": 0.0},
            {"check": "far_out_of_range", "action": "count", "column": "x0", "value": 10.0},
            {"check": "out_of_range", "action": "replace", "column": "x0", "value": 1.0}])
        for rule, words in (({"check": "environment", "action": "count"}, ("policy[0].check", "out_of_range", "environment")),
                            ({"check": "shape", "action": "count"}, ("policy[0].action", "expected one of fail", "count")),
                            ({"check": "unknown_category", "action": "replace"}, ("one of ignore, count, reject_row, fail",)),
                            ({"check": "inf"}, ("policy[0].action", "None")),
                            ({"check": "inf", "action": "fail", "column": "nowhere"}, ("input column", "nowhere")),
                            ({"check": "non_finite_features", "action": "fail", "column": "nowhere"}, ("name of a feature",)),
                            ({"check": "non_finite_output", "action": "count", "column": "x0"}, ("no column by itself",)),
                            ({"check": "inf", "action": "fail", "value": 1.0}, ("policy[0].value", "no value", "1.0")),
                            ({"check": "out_of_range", "action": "fail", "value": float("nan")}, ("at least 0", "nan")),
                            ({"check": "out_of_range", "action": "fail", "value": True}, ("at least 0", "True")),
                            ({"check": "inf", "action": "fail", "colum": "a"}, ("policy[0].colum",))):
            with self.subTest(rule), self.refused("bad_parameter", *words):
                self.dump(policy=[rule])

    def test_verify_can_wait(self) -> None:
        self.dump()
        payload = prepguard.load(self.path).payload
        payload["self_tests"][0]["expected"]["values"][0] = 0.5
        data = prepguard.envelope.seal(payload)
        prepguard.loads(data, verify=False)
        with self.refused("self_test_failed"):
            prepguard.loads(data)


class Environment(Case):
    def test_nothing_else_is_imported(self) -> None:
        """load, transform and export run where sklearn, pandas and keras cannot be imported."""
        data = prepguard.dumps(StandardScaler().fit(SAMPLE), sample=SAMPLE)
        program = ("import sys\n"
                   "for name in ('sklearn', 'pandas', 'keras', 'tensorflow', 'scipy'): sys.modules[name] = None\n"
                   "import prepguard\n"
                   "print(prepguard.loads(sys.stdin.buffer.read()).transform([[1.0, 2.0]]).tolist())\n")
        done = subprocess.run([sys.executable, "-c", program], input=data, capture_output=True, check=True,
                              env={**os.environ, "PYTHONPATH": ROOT})
        self.assertEqual(done.stdout.decode().strip(), "[[-1.0, -1.0]]")
        for folder, _, names in os.walk(os.path.join(ROOT, "prepguard")):
            for name in (name for name in names if name.endswith(".py")):
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    tree = ast.parse(file.read())
                for node in ast.walk(tree):
                    modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else \
                        [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
                    for module in modules:
                        self.assertIn(module.split(".")[0], {*sys.stdlib_module_names, "numpy"}, name)

    def test_flush_to_zero_is_refused(self) -> None:
        """-Ofast libraries switch it on for the whole process; here it is switched on by the C library."""
        program = ("import ctypes, prepguard, sys\n"
                   "m = ctypes.CDLL('libm.so.6'); env = (ctypes.c_ubyte * 32)(); m.fegetenv(env)\n"
                   "env[28] |= 0x40; env[29] |= 0x80; m.fesetenv(env)\n"  # MXCSR: denormals are zero, flush to zero
                   "try: prepguard.loads(sys.stdin.buffer.read())\n"
                   "except prepguard.Error as error: print(error.code, error)\n")
        import platform
        if platform.machine() != "x86_64" or platform.system() != "Linux":
            self.skipTest("sets MXCSR of x86-64 Linux")
        done = subprocess.run([sys.executable, "-c", program], input=prepguard.dumps(StandardScaler().fit(SAMPLE), sample=SAMPLE),
                              capture_output=True, check=True, env={**os.environ, "PYTHONPATH": ROOT})
        self.assertIn("bad_environment flush-to-zero", done.stdout.decode())

    def test_packages(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            sys.path.insert(0, ROOT)
            try:
                import build_backend
            finally:
                sys.path.remove(ROOT)
            with zipfile.ZipFile(os.path.join(folder, build_backend.build_wheel(folder))) as wheel:
                names = wheel.namelist()
                metadata = wheel.read(next(name for name in names if name.endswith("METADATA"))).decode()
            self.assertIn("prepguard/py.typed", names)
            self.assertIn("prepguard/steps/one_hot_encoder.py", names)
            self.assertIn(f"\nVersion: {prepguard.__version__}\n", metadata)
            self.assertIn("\nRequires-Dist: numpy>=1.24\n", metadata)
            with zipfile.ZipFile(os.path.join(folder, build_backend.build_editable(folder))) as wheel:
                self.assertIn("__editable__.prepguard.pth", wheel.namelist())

    def test_errors(self) -> None:
        error = pickle.loads(pickle.dumps(prepguard.Error("bad_state", "text")))
        self.assertEqual((error.code, str(error)), ("bad_state", "text"))
        with self.assertRaises(ValueError):
            prepguard.Error("other", "text")


if __name__ == "__main__":
    unittest.main()
