#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Number text, JSON rules and the envelope, C++ against Python (promise G9).

    python_text.py TEXT_PEER [unittest options]

TEXT_PEER is the program built from text_peer.cpp; a prefix such as `qemu-s390x` goes into TEXT_PEER_RUNNER.
PREPGUARD_TEXT_COUNT sets how many random numbers are compared (default 1,000,000).
"""
import json
import math
import os
import random
import re
import struct
import subprocess
import sys
import unittest
import zlib

import numpy

COUNT = int(os.environ.get("PREPGUARD_TEXT_COUNT", "1000000"))
PEER = os.environ.get("TEXT_PEER_RUNNER", "").split()

HEAD = b'{"prepguard":{"format":1,"bytes":%d,"crc32":"%08x"},\n"payload":\n'
TAIL = b"\n}\n"


def seal(payload):
    p = json.dumps(payload, indent=4, ensure_ascii=False, allow_nan=False).encode("utf-8")
    return HEAD % (len(p), zlib.crc32(p)) + p + TAIL


def open_payload(p):
    """The rules of docs/format.md once more, written without looking at the C++ reader."""

    def no_constant(t):
        raise ValueError("not a JSON number: " + t)

    def pairs(kv):
        d = dict(kv)
        if len(d) != len(kv) or len(kv) > 64:
            raise ValueError("duplicate key or too many keys")
        return d

    def real(t):
        v = float(t)
        if len(t) > 64 or v - v != 0 or (v == 0 and re.search("[1-9]", re.split("[eE]", t)[0])):
            raise ValueError("number: " + t)
        return v

    def integer(t):
        if len(t) > 20 or t == "-0" or not -2**63 <= int(t) < 2**63:
            raise ValueError("integer: " + t)
        return int(t)

    count = 0

    def check(o):
        nonlocal count
        count += 1
        if o is None or count > 1 << 22:
            raise ValueError("null or too many values")
        if isinstance(o, str) and ("\0" in o or len(o.encode("utf-8")) > 1 << 20):
            raise ValueError("bad string")
        for x in [*o, *o.values()] if isinstance(o, dict) else o if isinstance(o, list) else ():
            check(x)

    s, depth = p.decode("utf-8"), 0
    for c in re.sub(r'"(?:[^"\\]|\\.)*"', "", s):
        depth += (c in "[{") - (c in "]}")
        if depth > 32:
            raise ValueError("nested deeper than 32")
    v = json.loads(s, object_pairs_hook=pairs, parse_constant=no_constant, parse_float=real, parse_int=integer)
    check(v)
    return v


def is_accepted(document):
    try:
        open_payload(document)
        return True
    except ValueError:
        return False


def ask(job, data, status=0):
    """The peer's answer; its message instead if it must refuse."""
    done = subprocess.run([*PEER, job], input=data, capture_output=True)
    if done.returncode != status:
        raise AssertionError(f"text_peer {job}: status {done.returncode}, {done.stderr[-500:]!r}")
    return done.stdout if status == 0 else done.stderr.decode()


def framed(documents):
    return b"".join(struct.pack("<I", len(d)) + d for d in documents)


def sample_doubles(rng):
    """All magnitudes, short decimals, integers, powers, borders of the plain notation, denormals."""
    special = [0.0, -0.0, 1.0, 1e5, 1e15, 1e16, 1e17, 123456789.0, 1e-4, 1e-5, 0.1, 5e-324, 1.7976931348623157e308,
               2.2250738585072014e-308, 9007199254740993.0, 1e22, 1e21, 100.0, 9999999999999998.0, 0.0001234,
               0.00001234, 1e23, 2.0**-1074 * 3, math.pi]
    for value in special:
        yield from (value, -value, math.nextafter(value, math.inf), math.nextafter(value, 0.0))
    for i in range(COUNT):
        kind = i % 4
        if kind == 0:
            value = struct.unpack("<d", rng.getrandbits(64).to_bytes(8, "little"))[0]
            yield value if math.isfinite(value) else 1.5
        elif kind == 1:
            yield math.ldexp(rng.getrandbits(63), -rng.randrange(100))
        elif kind == 2:
            yield rng.randrange(-10**9, 10**9) / 10 ** rng.randrange(12)
        else:
            yield float(f"{rng.randrange(10**rng.randrange(1, 18))}e{rng.randrange(-20, 20)}")


class Numbers(unittest.TestCase):
    def test_text_of_doubles(self):
        values = list(sample_doubles(random.Random(1)))
        texts = ask("repr64", struct.pack(f"<{len(values)}d", *values)).decode().splitlines()
        different = sum(t != repr(v) for t, v in zip(texts, values, strict=True))
        print(f"G9 text of doubles: {len(values)} compared, {different} differ")
        self.assertEqual(different, 0)
        bits = ask("json", "\n".join(t for t in texts).encode()).decode().splitlines()
        back = sum(int(b, 16) != int.from_bytes(struct.pack("<d", v), "little")
                   for b, v in zip(bits, values, strict=True))
        print(f"G9 doubles read back: {len(values)} compared, {back} differ")
        self.assertEqual(back, 0)

    def test_text_of_floats(self):
        rng = numpy.random.default_rng(2)
        bits = rng.integers(0, 2**32, max(1000, COUNT // 5), dtype=numpy.uint32)
        values = bits.view(numpy.float32)
        decimals = (rng.integers(-10**6, 10**6, len(bits)) / 1000).astype(numpy.float32)
        values = numpy.concatenate([values[numpy.isfinite(values)], decimals])
        texts = ask("repr32", values.astype("<f4").tobytes()).decode().splitlines()
        different = sum(t != str(v) for t, v in zip(texts, values, strict=True))
        print(f"G9 text of floats: {len(values)} compared, {different} differ")
        self.assertEqual(different, 0)
        back = numpy.array([int(b, 16) for b in ask("csv32", "\n".join(texts).encode()).decode().split()], numpy.uint32)
        self.assertTrue((back == values.view(numpy.uint32)).all())

    def test_reading(self):
        """Arbitrary decimals: Python's float, and numpy's correctly rounded float32 of the exact fraction."""
        rng = random.Random(3)
        texts = []
        for _ in range(COUNT // 5):
            digits = str(rng.getrandbits(rng.choice((8, 30, 64, 120))))
            point = rng.randrange(len(digits) + 1)
            exponent = rng.choice(("", f"e{rng.randrange(-60, 60)}", f"E{rng.randrange(-345, 320):+d}"))
            texts.append(rng.choice(("", "-", "+")) + digits[:point] + "." + digits[point:] + exponent)
        answers = ask("csv64", "\n".join(texts).encode()).decode().split()
        for text, answer in zip(texts, answers, strict=True):
            value = float(text)
            expected = "none" if math.isinf(value) else format(struct.unpack("<Q", struct.pack("<d", value))[0], "x")
            self.assertEqual(answer, expected, text)
        print(f"G9 texts read as double: {len(texts)} compared, 0 differ")

    def test_floats_are_rounded_once(self):
        """Just beside the middle between two floats, where rounding to double first goes wrong."""
        rng = random.Random(4)
        texts, expected = [], []
        for _ in range(20000):
            low = rng.randrange(1, 0x7F7FFFFF)
            a, b = (struct.unpack("<f", struct.pack("<I", low + i))[0] for i in (0, 1))
            middle = (a + b) / 2  # exact in double
            digits, exponent = format(middle, ".120e").split("e")  # all its digits
            for digit, bits in (("1", low + 1), (None, low)):
                text = digits + digit if digit else format_below(digits)
                texts.append(f"{text}e{exponent}")
                expected.append(format(bits, "x"))
        answers = ask("csv32", "\n".join(texts).encode()).decode().split()
        different = sum(a != e for a, e in zip(answers, expected, strict=True))
        print(f"G9 texts beside the middle of two floats: {len(texts)} compared, {different} differ")
        self.assertEqual(different, 0)

    def test_what_is_no_number(self):
        texts = ["", "nan", "NaN", "inf", "-inf", "Infinity", "0x1p3", " 1", "1 ", "1,5", "1_0", "--1", "+-1", "-+1", "++1",
                 ".", "+", "-", "e5", ".e5", "1e", "1e+", "1d5", "1f", "\u0661", "1e400", "-1e400", "1e99999999999999999999"]
        self.assertEqual(ask("csv64", "\n".join(texts).encode()).decode().split(), ["none"] * len(texts))
        usual = ["1", "+1", "1.", ".5", "-.5", "1e5", "1.E5", "007", "1e-400", "-1e-400", "1e-99999999999999999999"]
        answers = ask("csv64", "\n".join(usual).encode()).decode().split()
        for text, answer in zip(usual, answers, strict=True):
            self.assertEqual(int(answer, 16), struct.unpack("<Q", struct.pack("<d", float(text)))[0], text)


def format_below(digits):
    """The decimal `digits` minus one unit far behind its last nonzero digit."""
    kept = digits.rstrip("0")
    return kept[:-1] + str(int(kept[-1]) - 1) + "9" * 60


SAMPLE = {
    "library": "prepguard", "flags": [True, False], "empty": [[], {}], "counts": [0, -1, 2**63 - 1, -2**63],
    "values": [0.1, -0.0, 1e16, 1e-05, 5e-324, 1.7976931348623157e308, 100.0],
    "texts": ["", "h\u00e9llo \U0001f600 \u20ac", "\"\\/\b\f\n\r\t\x01\x1f\x7f", "\u2028"],
    "pipeline": {"type": "standard_scaler", "version": 1, "mean": {"dtype": "float64", "values": [1.5, 2.5], "nan": [1]}},
}


def mutations(document, count, rng):
    """Documents with one to three bytes changed, removed, inserted, or a token replaced."""
    tokens = [b"null", b"NaN", b"-0", b"-0.0", b"1e400", b"1e-400", b"01", b"1.", b".5", b"\\u0000", b"\\ud800", b"\\ud83d\\ude00",
              b"\xff", b"\xc3\xa9", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc0\x80", b"{", b"}", b"[", b"]", b",", b":", b'"', b"\\",
              b"9223372036854775808", b"-9223372036854775808", b"true", b"2.5E+3", b" ", b"\t", b"\x0b", b"\xc2\xa0", b"\\/"]
    for _ in range(count):
        data = bytearray(document)
        for _ in range(rng.randrange(1, 4)):
            at = rng.randrange(len(data))
            kind = rng.randrange(5)
            if kind == 0:
                data[at] ^= 1 << rng.randrange(8)
            elif kind == 1:
                del data[at : at + rng.randrange(1, 4)]
            elif kind == 2:
                data[at:at] = rng.choice(tokens)
            elif kind == 3:
                data[at : at + rng.randrange(1, 6)] = rng.choice(tokens)
            else:
                data[at] = rng.randrange(256)
        yield bytes(data)


class Documents(unittest.TestCase):
    def test_canonical_text(self):
        """Whatever the layout, order of digits and escapes, C++ writes what json.dumps writes."""
        layouts = [json.dumps(SAMPLE, ensure_ascii=ascii, indent=indent) for ascii in (True, False) for indent in (None, 1, 4)]
        layouts.append(json.dumps(SAMPLE, separators=(",", ":")))
        documents = [t.encode() for t in layouts]
        expected = json.dumps(SAMPLE, indent=4, ensure_ascii=False).encode()
        self.assertEqual(ask("rewrite", framed(documents)), framed([expected] * len(documents)))

    def test_same_documents_are_accepted(self):
        rng = random.Random(5)
        documents = list(mutations(json.dumps(SAMPLE, indent=1, ensure_ascii=False).encode(), max(2000, COUNT // 20), rng))
        compact = json.dumps({"a": [1, -0.5, "\u00e9\n"], "b": {}}, ensure_ascii=False).encode()
        documents += mutations(compact, max(2000, COUNT // 10), rng)
        answers = ask("check", framed(documents)).decode("utf-8", "replace").split("\n")[:-1]
        accepted = 0
        for document, answer in zip(documents, answers, strict=True):
            expected = is_accepted(document)
            accepted += expected
            self.assertEqual(answer == "ok", expected, (document, answer))
        print(f"rules: {len(documents)} damaged documents, {accepted} accepted by both, 0 differ")

    def test_limits(self):
        """Each limit met exactly, and passed by one."""
        def nested(n):
            return b"[" * n + b"]" * n

        def keys(n):
            return json.dumps({str(i): i for i in range(n)}).encode()

        def text(n):
            return b'["' + b"x" * n + b'"]'

        rows = [(nested(32), nested(33)), (keys(64), keys(65)), (text(1 << 20), text((1 << 20) + 1)),
                (b'["' + b"\\u00e9" * (1 << 19) + b'"]', b'["' + b"\\u00e9" * (1 << 19) + b'x"]'),
                (b"[0." + b"1" * 62 + b"]", b"[0." + b"1" * 63 + b"]"),
                (b"[" + b"0," * ((1 << 22) - 2) + b"0]", b"[" + b"0," * ((1 << 22) - 1) + b"0]"),
                (b'{"a":[' + b"0," * ((1 << 22) - 4) + b"0]}", b'{"a":[' + b"0," * ((1 << 22) - 3) + b"0]}"),
                (b"[9223372036854775807]", b"[9223372036854775808]"),
                (b"[-9223372036854775808]", b"[-9223372036854775809]")]
        for good, bad in rows:
            answers = ask("check", framed([good, bad])).decode().splitlines()
            self.assertEqual([is_accepted(good), is_accepted(bad)], [True, False], good[:40])
            self.assertEqual([a == "ok" for a in answers], [True, False], (good[:40], answers))


class Envelope(unittest.TestCase):
    def test_seal(self):
        for payload in (SAMPLE, {}, [], {"a": "\u00e9" * 1000}):
            sealed = seal(payload)
            text = json.dumps(payload, indent=4, ensure_ascii=False).encode()
            self.assertEqual(ask("seal", text), sealed)
            self.assertEqual(ask("unseal", sealed), text)
            self.assertEqual(json.loads(sealed)["payload"], payload)

    def test_damage(self):
        sealed = seal(SAMPLE)
        for damaged, words in ((sealed[:-1], "cut off"), (sealed + b"\n", "appended"), (sealed.replace(b"0.1", b"0.2"), "checksum"),
                               (sealed.replace(b"\n", b"\r\n"), "line endings"), (b"", "empty")):
            self.assertIn(words, ask("unseal", damaged, status=3))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    PEER.append(sys.argv.pop(1))
    unittest.main()
