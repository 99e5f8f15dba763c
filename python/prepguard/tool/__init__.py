# SPDX-License-Identifier: MIT
"""`python -m prepguard`: the words and exit codes of the C++ tool, for people who have Python only.

Exit status: 0 fine, 1 the data was rejected, 2 wrong usage, 3 the artifact is not usable.
"""

from __future__ import annotations

import os
import sys
from typing import Sequence

from ..error import Error
from ..version import __version__
from .arguments import Verb, WrongUsage, parse
from .inspect import inspect
from .seal import seal
from .verify import verify

FINE, DATA_REJECTED, WRONG_USAGE, ARTIFACT_UNUSABLE = 0, 1, 2, 3
STATUS = {"bad_parameter": WRONG_USAGE,
          **dict.fromkeys(("bad_shape", "bad_schema", "non_finite", "unknown_category", "rejected", "cannot_fit"),
                          DATA_REJECTED)}

VERBS = (
    Verb("inspect", "FILE [--json]", "what is inside, for people", ("--json",), (), (), inspect),
    Verb("verify", "FILE [--model PATH]...", "envelope, invariants, self-test, hashes of models", (), (), ("--model",), verify),
    Verb("seal", "FILE [-o OUTPUT]", "an edited file, or a payload without envelope, proven and made whole again", (),
         ("-o",), (), seal),
)
NOTE = """
seal accepts what still computes what training computed: names, models, policy and provenance may be edited, not
statistics, for the self-test rows hold the trainer's own results. It replaces FILE, or writes OUTPUT.
Exit status: 0 fine, 1 the data was rejected, 2 wrong usage, 3 the artifact is not usable."""


def main(words: Sequence[str]) -> int:
    """Runs one command; what goes wrong is one line on standard error and the exit status."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="surrogateescape", newline="\n")
    try:
        return _run(list(words))
    except WrongUsage as problem:
        return _fail(WRONG_USAGE, f"{problem}; see python -m prepguard --help")
    except Error as error:
        return _fail(STATUS.get(error.code, ARTIFACT_UNUSABLE), error.message)
    except MemoryError:
        return _fail(ARTIFACT_UNUSABLE, "out of memory")
    except OSError as problem:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else the interpreter tries again when it ends
        return _fail(ARTIFACT_UNUSABLE, f"standard output: cannot write: {problem.strerror}")


def _run(words: list[str]) -> int:
    first = words[0] if words else ""
    if first in ("-h", "--help", "help"):
        print("usage:")
        for verb in VERBS:
            print(f"  python -m prepguard {verb.name} {verb.arguments}\n      {verb.purpose}")
        print(NOTE)
    elif first == "--version":
        print(f"prepguard {__version__}")
    else:
        found = [verb for verb in VERBS if verb.name == first]
        if not found:
            raise WrongUsage(f"no such command: {first}" if words else "what should be done?")
        found[0].run(parse(words[1:], found[0]))
    sys.stdout.flush()
    return FINE


def _fail(status: int, message: str) -> int:
    """A message may quote cells; line ends and terminal codes in them must not look like ours."""
    line = "".join("\\n" if c == "\n" else "?" if c < " " or c == "\x7f" else c for c in message)
    print(f"prepguard: {line}", file=sys.stderr)
    return status
