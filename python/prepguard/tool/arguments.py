# SPDX-License-Identifier: MIT
"""The words of a command line, sorted."""

from __future__ import annotations

from typing import Callable, NamedTuple


class WrongUsage(Exception):
    """The command line is not what the tool takes."""


class Arguments(NamedTuple):
    file: str
    options: dict[str, str]  # name to value; empty for a flag
    lists: dict[str, list[str]]  # name to values, as often as it was given


class Verb(NamedTuple):
    """One thing the tool does, to one file."""

    name: str
    arguments: str
    purpose: str
    flags: tuple[str, ...]
    options: tuple[str, ...]  # take a value: `--name VALUE` or `--name=VALUE`
    lists: tuple[str, ...]  # the same, and may be given again
    run: Callable[[Arguments], None]


def parse(words: list[str], verb: Verb) -> Arguments:
    """Sorts the words; `--` ends the options."""
    files: list[str] = []
    options: dict[str, str] = {}
    lists: dict[str, list[str]] = {}
    waiting = iter(words)
    for word in waiting:
        name, equals, value = word.partition("=")
        if word == "--":
            files += waiting
        elif word == "-" or not word.startswith("-"):
            files.append(word)
        elif word in verb.flags:
            _set(options, word, "")
        elif name not in verb.options + verb.lists:
            raise WrongUsage(f"no such option: {word}")
        else:
            given = value if equals else next(waiting, None)
            if given is None:
                raise WrongUsage(f"{word} needs a value")
            if name in verb.lists:
                lists.setdefault(name, []).append(given)
            else:
                _set(options, name, given)
    if len(files) != 1:
        raise WrongUsage(f"expected 1 file, got {len(files)}")
    return Arguments(files[0], options, lists)


def _set(options: dict[str, str], name: str, value: str) -> None:
    if name in options:
        raise WrongUsage(f"{name} is given twice")
    options[name] = value
