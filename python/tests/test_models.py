# SPDX-License-Identifier: MIT
"""Which model an artifact belongs to. Expected hashes come from hashlib over bytes and lists that are written out here, and
from sha256sum."""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import subprocess
import tempfile
import unittest
from typing import Callable

import numpy as np
from sklearn.preprocessing import StandardScaler

import prepguard
from prepguard.models import find_model, model_entry
from support import Case

SAMPLE = np.array([[1.0, 2.0], [3.0, 5.0]])
FILES = {"saved_model.pb": b"abc", "variables/variables.data": b"hello\n", "variables/variables.index": b"",
         "variables/deep/z": b"x", "variables.txt": b"y", "assets/vocabulary.txt": b"a\nb\n", ".fingerprint": b"hidden",
         "Å b.txt": b"space"}
# In byte order: "." comes before "/", capitals before small letters, "Å" last.
ORDER = [".fingerprint", "assets/vocabulary.txt", "saved_model.pb", "variables.txt", "variables/deep/z",
         "variables/variables.data", "variables/variables.index", "Å b.txt"]
# sha256sum of the list of sha256sum; the same number stands in tests/model_pairing_test.cpp.
SAVED_MODEL = "1cb87d53699ed5ce23c31a9bdf95005ea99b6dad915daf834d0174fa4c6b5593"


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class Models(Case):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.top = self.path("saved_model")
        self.make()

    def path(self, *names: str) -> str:
        return os.path.join(self.folder, *names)

    def put(self, data: bytes, *names: str) -> str:
        path = self.path(*names)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(data)
        return path

    def make(self) -> None:
        shutil.rmtree(self.top, ignore_errors=True)
        for name, data in FILES.items():
            self.put(data, "saved_model", name)

    def dump(self, model: object) -> str:
        path = self.path("a.prepguard.json")
        prepguard.dump(StandardScaler().fit(SAMPLE), path, sample=SAMPLE, model=model)
        return path

    def test_directory(self) -> None:
        lines = "".join(f"{sha256(FILES[name])}  {name}\n" for name in ORDER)
        want = {"file": "saved_model", "bytes": sum(map(len, FILES.values())), "sha256": sha256(lines.encode())}
        self.assertEqual(want["sha256"], SAVED_MODEL)
        for path in (self.top, self.top + "/", os.fsencode(self.top), self.path("saved_model", "variables", "..")):
            self.assertEqual(model_entry(path), want)
        os.mkdir(self.path("saved_model", "without files"))
        self.assertEqual(model_entry(self.top), want)
        os.symlink(self.top, self.path("current"))
        self.assertEqual(model_entry(self.path("current")), {**want, "file": "current"})
        os.rename(self.path("saved_model", "saved_model.pb"), self.path("elsewhere"))
        os.symlink(self.path("elsewhere"), self.path("saved_model", "saved_model.pb"))
        self.assertEqual(model_entry(self.top), want)
        here = os.getcwd()
        os.chdir(self.top)
        try:
            self.assertEqual(model_entry("."), want)
        finally:
            os.chdir(here)

    @unittest.skipUnless(shutil.which("sha256sum") and shutil.which("xargs"), "needs GNU tools")
    def test_directory_by_the_command_in_the_documents(self) -> None:
        command = "find -L . -type f -printf '%P\\n' | LC_ALL=C sort | xargs -d '\\n' sha256sum | sha256sum"
        ran = subprocess.run(["sh", "-c", command], cwd=self.top, capture_output=True, text=True, check=True)
        self.assertEqual(ran.stdout.split()[0], model_entry(self.top)["sha256"])
        document = os.path.join(os.path.dirname(__file__), "..", "..", "docs", "format.md")
        with open(document, encoding="utf-8") as file:
            self.assertIn(command, file.read())

    def test_every_change_in_a_directory_is_refused(self) -> None:
        def at(*names: str) -> str:
            return self.path("saved_model", *names)

        def swap() -> None:
            self.put(b"x", "saved_model", "variables.txt")
            self.put(b"y", "saved_model", "variables", "deep", "z")
        changes: dict[str, Callable[[], object]] = {
            "changed byte": lambda: self.put(b"abd", "saved_model", "saved_model.pb"),
            "renamed file": lambda: os.rename(at("variables.txt"), at("variables.tx")),
            "moved file": lambda: os.rename(at("variables", "deep", "z"), at("variables", "z")),
            "renamed folder": lambda: os.rename(at("assets"), at("asset")),
            "missing file": lambda: os.remove(at("assets", "vocabulary.txt")),
            "missing empty file": lambda: os.remove(at("variables", "variables.index")),
            "extra file": lambda: self.put(b"m", "saved_model", "variables", "more"),
            "extra empty file": lambda: self.put(b"", "saved_model", "~"),
            "contents swapped": swap}
        artifact = prepguard.load(self.dump(self.top), model=self.top)
        for what, change in changes.items():
            change()
            with self.subTest(what), self.refused("model_mismatch", f"expected saved_model, 26 bytes, SHA-256 {SAVED_MODEL}"):
                artifact.verify(model=self.top)
            self.make()
            artifact.verify(model=self.top)

    def test_what_cannot_be_hashed(self) -> None:
        def refused(words: str, *names: str) -> None:
            culprit = self.path("saved_model", *names)
            with self.subTest(words), self.refused("io_failed", f"{culprit}: {words}"):
                model_entry(self.top)
            os.remove(culprit)
            self.assertEqual(model_entry(self.top)["sha256"], SAVED_MODEL)
        os.mkfifo(self.path("saved_model", "assets", "pipe"))
        refused("is a pipe, not a regular file", "assets", "pipe")
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(self.path("saved_model", "socket"))
            refused("is a socket, not a regular file", "socket")
        os.symlink("..", self.path("saved_model", "assets", "up"))
        refused("is a symbolic link to a directory; do: put the directory in its place", "assets", "up")
        os.symlink("gone", self.path("saved_model", "dangling"))
        refused("cannot inspect: No such file or directory", "dangling")
        for name in ("a\nb", "a\rb", "a\\b"):
            self.put(b"", "saved_model", name)
            refused("has a line end or a backslash in its name; do: rename it", name)
        os.makedirs(self.path("empty", "inside"))
        for path, words in ((self.path("empty"), "is a directory without files"),
                            (self.path("none"), "cannot open: No such file or directory"),
                            ("/dev/zero", "is a device, not a regular file"),
                            ("/proc/self/status", "changed its length while it was read; do: try again")):
            with self.subTest(path), self.refused("io_failed", f"{path}: {words}"):
                self.dump(path)
        with self.refused("io_failed", "cannot open: No such file or directory"):
            model_entry("")

    def test_blocks(self) -> None:
        for size in (0, (1 << 20) - 1, 1 << 20, (1 << 20) + 1):
            data = bytes(size)
            self.assertEqual(model_entry(self.put(data, "m")), {"file": "m", "bytes": size, "sha256": sha256(data)})

    def test_words(self) -> None:
        model = self.put(b"abc", "m.onnx")
        path = self.dump(model)
        self.put(b"abd", "m.onnx")
        with self.assertRaises(prepguard.Error) as caught:
            prepguard.load(path, verify=False, model=model)
        self.assertEqual((caught.exception.code, str(caught.exception)), (
            "model_mismatch", f"{model}: not the model this artifact was exported with: expected m.onnx, 3 bytes, SHA-256 "
            f"{sha256(b'abc')}, got 3 bytes, SHA-256 {sha256(b'abd')}; do: serve the model it was exported with, or export "
            "both again"))
        self.dump(None)
        with self.refused("model_mismatch", f"{model}: this artifact names no model; do: export it with the model"):
            prepguard.load(path, model=[model])

    def test_a_model_goes_by_its_name_or_else_by_its_content(self) -> None:
        models = [self.put(b"abc", "encoder"), self.put(b"abd", "decoder")]
        artifact = prepguard.load(self.dump(models))
        other = self.put(b"abd", "other")
        for paths in (models, models[1], other, [other, models[0]]):
            artifact.verify(model=paths)
        self.put(b"", "other")
        with self.refused("model_mismatch", f"expected encoder, 3 bytes, SHA-256 {sha256(b'abc')} or decoder, 3 bytes, "
                                            f"SHA-256 {sha256(b'abd')}, got 0 bytes"):
            artifact.verify(model=other)
        self.put(b"abc", "decoder")  # the encoder, copied over it
        with self.refused("model_mismatch", f"expected decoder, 3 bytes, SHA-256 {sha256(b'abd')}, got 3 bytes, SHA-256 "
                                            f"{sha256(b'abc')}"):
            artifact.verify(model=models)

    def test_the_stored_size_counts(self) -> None:
        model = self.put(b"abc", "m")
        with self.refused("model_mismatch", "expected m, 4 bytes"):
            find_model([{"file": "m", "bytes": 4, "sha256": sha256(b"abc")}], model)


if __name__ == "__main__":
    unittest.main()
