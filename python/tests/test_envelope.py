# SPDX-License-Identifier: MIT
"""The envelope, the JSON rules and the known answer of the format document."""

from __future__ import annotations

import json
import os
import struct
import unittest
import zlib

import numpy as np

import prepguard
from prepguard.envelope import FILE_CAP, open_payload, seal, unseal
from support import Case, sealed_without_checks

HERE = os.path.dirname(os.path.abspath(__file__))


def example() -> dict:
    with open(os.path.join(HERE, "example.json"), "rb") as file:
        return open_payload(file.read())


def wrap(text: bytes) -> bytes:
    """Any bytes in an intact envelope, made apart from the library."""
    head = '{"prepguard":{"format":1,"bytes":%d,"crc32":"%08x"},\n"payload":\n' % (len(text), zlib.crc32(text))
    return head.encode() + text + b"\n}\n"


class KnownAnswer(Case):
    def test_bytes_of_the_document(self) -> None:
        data = seal(example())
        self.assertTrue(data.startswith(b'{"prepguard":{"format":1,"bytes":11336,"crc32":"da14cb13"},\n"payload":\n{'))
        self.assertEqual(len(data), 11410)
        self.assertEqual(json.loads(data)["payload"], example())

    def test_rows_of_the_document_replay(self) -> None:
        artifact = prepguard.loads(seal(example()))
        rows = [[30.3, 2000.0, None], [None, 4100.5, "Paris"]]
        want = [[-0.7338501729418434, -0.9381775222631372, 0.0, 0.0, 1.0],
                [-0.0690682515709968, 0.8862374992743526, 0.0, 0.0, 0.0]]
        self.assertEqual(artifact.transform(rows).tolist(), want)


class Damage(Case):
    counts = {"cuts": 0, "flips": 0, "edits": 0}

    def test_every_cut(self) -> None:
        data = seal(example())
        for length in range(len(data)):
            self._refused(data[:length], "cuts")
        for more in (b"\n", b"\0", data):
            self._refused(data + more, "cuts")

    def test_every_bit(self) -> None:
        data = bytearray(seal(example()))
        for place in range(len(data)):
            for bit in range(8):
                data[place] ^= 1 << bit
                self._refused(bytes(data), "flips")
                data[place] ^= 1 << bit

    def test_random_edits(self) -> None:
        """Two bits, bursts up to 32 bits, moved bytes."""
        data, r = seal(example()), np.random.RandomState(0)
        for _ in range(20000):
            changed = bytearray(data)
            place = int(r.randint(len(data) - 4))
            if r.randint(2):
                changed[place] ^= 1 << int(r.randint(8))
                changed[int(r.randint(len(data)))] ^= 1 << int(r.randint(8))
            else:
                word = struct.unpack_from("<I", changed, place)[0] ^ int(r.randint(1, 2**32, dtype=np.uint64))
                struct.pack_into("<I", changed, place, word)
            if changed != data:
                self._refused(bytes(changed), "edits")

    def _refused(self, data: bytes, kind: str) -> None:
        try:
            unseal(data)
        except prepguard.Error:
            Damage.counts[kind] += 1
            return
        self.fail(f"accepted: {kind}")

    def test_what_it_looks_like(self) -> None:
        data = seal(example())
        for start, words in ((b"", "empty"), (b"\xef\xbb\xbf" + data, "byte order mark"), (b"\x1f\x8b\x08", "gzip"),
                             (data.decode().encode("utf-16"), "UTF-16"), (b"\x80\x04\x95", "pickle"),
                             (b"PK\x03\x04", "zip"), (b"<!doctype html>", "HTML"), (b'{"a": 1}', "other JSON"),
                             (data[:10], "cut")):
            with self.subTest(words), self.refused("bad_format", "not a prepguard file", words):
                unseal(start)
        with self.refused("bad_format", "line endings"):
            unseal(data.replace(b"\n", b"\r\n"))

    def test_other_formats_and_sizes(self) -> None:
        data = seal(example())
        with self.refused("bad_version", "format 2", "1.0.0", "reads format 1"):
            unseal(data.replace(b'"format":1,', b'"format":2,', 1))
        for number in (b"01", b"-1", b"0", b"1.0", b'"1"', b"11"):
            with self.subTest(number), self.refused("bad_version" if number == b"11" else "bad_format"):
                unseal(data.replace(b'"format":1,', b'"format":' + number + b",", 1))
        with self.refused("io_failed", "cap"):
            unseal(data, cap=1000)
        self.assertEqual(FILE_CAP, 64 << 20)


class JsonRules(Case):
    ACCEPTED = ('{"a": 5e-324}', '{"a": -0.0}', '{"a": 9223372036854775807}', '{"a": -9223372036854775808}',
                '\t{ "b" :\r\n1 , "a" : "\\u00e9\\ud83d\\ude00\\/" } ', '{"a": 0.0e-400}', '{"a": 0.' + "0" * 60 + "1}",
                '{"a": ' + "[" * 31 + "]" * 31 + "}")
    REFUSED = {
        "NaN": '{"a": NaN}', "Infinity": '{"a": -Infinity}', "overflow": '{"a": 1e400}', "underflow": '{"a": 1e-400}',
        "long number": '{"a": 0.' + "1" * 63 + "}",
        "huge integer": '{"a": 9223372036854775808}', "long integer": '{"a": ' + "9" * 70 + "}", "-0": '{"a": -0}',
        "leading zero": '{"a": 01}', "plus": '{"a": +1}', "bare point": '{"a": 1.}', "hex": '{"a": 0x1}',
        "duplicate key": '{"a": 1, "a": 2}', "duplicate key by escape": '{"a": 1, "\\u0061": 2}',
        "trailing comma": '{"a": 1,}', "comment": '{"a": 1} //', "two values": '{"a": 1} {}', "single quotes": "{'a': 1}",
        "raw NUL": '{"a": "\0"}', "escaped NUL": '{"a": "x\\u0000y"}', "raw control": '{"a": "\n"}',
        "lone surrogate": '{"a": "\\ud800"}', "unknown escape": '{"a": "\\x41"}', "cut string": '{"a": "b',
        "depth": '{"a": ' + "[" * 32 + "]" * 32 + "}", "open brackets": "[" * 100000, "not an object": "[1]",
        "many keys": "{" + ",".join(f'"{i}": 1' for i in range(65)) + "}", "byte order mark": "\ufeff{}",
        "long text": '{"a": "' + "x" * ((1 << 20) + 1) + '"}', "many values": '{"a": [' + "1," * (1 << 22) + "1]}",
        "other space": '{"a":\u00a01}', "nothing": "",
    }

    def test_accepted(self) -> None:
        for text in self.ACCEPTED:
            with self.subTest(text):
                open_payload(text.encode())
        self.assertEqual(open_payload(b'{"a": 1, "b": 1.0, "c": true}'), {"a": 1, "b": 1.0, "c": True})

    def test_refused(self) -> None:
        for name, text in self.REFUSED.items():
            with self.subTest(name), self.refused("bad_format", "payload"):
                open_payload(text.encode("utf-8", "surrogatepass"))
        with self.refused("bad_format"):
            open_payload(b'{"a": "\xff"}')
        with self.refused("bad_format"):
            unseal(wrap(b"{} {}"))

    def test_written_text(self) -> None:
        payload = {"text": "\"\\/\b\t\n\f\r\x1f\x7fé企", "numbers": [1e-05, 0.0001, 1e16, 123456789012345.0, -0.0, 5e-324, 1],
                   "empty": [[], {}]}
        body = unseal(seal(payload))
        self.assertEqual(body, payload)
        lines = seal(payload).decode().splitlines()[2:]
        self.assertIn('    "text": "\\"\\\\/\\b\\t\\n\\f\\r\\u001f\x7fé企",', lines)
        for number in ("1e-05", "0.0001", "1e+16", "123456789012345.0", "-0.0", "5e-324", "1"):
            self.assertTrue(any(line.strip().rstrip(",") == number for line in lines), number)
        self.assertIn("        [],", lines)

    def test_what_cannot_be_written(self) -> None:
        for value in (float("nan"), float("inf")):
            with self.refused("bad_state", "JSON"):
                seal({"a": value})
        for payload in ({"a": "\0"}, {"a": "\ud800"}, {"a": 2**63}):
            with self.subTest(repr(payload)):
                with self.assertRaises(prepguard.Error):
                    sealed_without_checks(payload)


def tearDownModule() -> None:
    print("\nenvelope: {cuts} cuts, {flips} bit flips, {edits} edits refused, 0 accepted".format(**Damage.counts))


if __name__ == "__main__":
    unittest.main()
