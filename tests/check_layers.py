# SPDX-License-Identifier: MIT
"""Holds the include layers and the size budgets of the headers; prints a table, fails on a violation.

A header may include its own layer and those below, through any number of detail headers. What is read from a file, and
reading it, stands on a side of its own: nothing that computes may reach it, and only there is cereal known.
"""

import re
import sys
from collections import namedtuple
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INCLUDE = ROOT / "include"

LAYERS = [  # lowest first; a name ending in / stands for the folder
    ["version", "error", "health", "summation", "text", "array", "matrix", "table", "binding", "schema", "finite",
     "eigen", "policy_entry"],
    ["transformer", "transformer_base", "leaf", "partial", "column_estimator",
     "category_indices"],
    ["transformers/", "transformers", "any_of"],
    ["pipeline", "any_pipeline", "any_step", "column_block", "column_step", "column_transformer",
     "feature_union", "target"],
    ["report", "hook", "report_text", "report_json", "report_html", "report_prometheus", "policy", "outcome",
     "output_expectation", "model", "guarded_future", "guard", "decode"],
    ["prepguard"],
]
FILE_SIDE = ["artifact_facts", "artifact", "model_files", "serialize", "archive", "file"]  # lowest first
KNOW_FILES = {"model_files", "serialize", "archive", "file"}  # may include cereal and open files
FILE_SIDE_MAY_USE = 3  # the highest layer of LAYERS that loading knows: pipelines, never the guard
FILE_INCLUDES = re.compile(r"cereal/|fstream$|filesystem$|cstdio$|stdio\.h$|unistd\.h$|fcntl\.h$|sys/stat\.h$")

HEADER_LINES, FUNCTION_LINES, UMBRELLA_LINES = 250, 40, 25
FORBIDDEN = {
    "function-like macro": re.compile(r"^\s*#\s*define\s+\w+\("),
    "finite check that -ffast-math deletes": re.compile(
        r"\b(isnan|isinf|isfinite|isnormal|fpclassify|allFinite|hasNaN|__builtin_isn?\w*(nan|inf|finite)\w*)\b"
        r"|(?<![\w.>:])(\w+)\s*!=\s*\3\b(?![.(\[]|->|::)"),
}
LICENSED = {".hpp", ".cpp", ".h", ".inl", ".py", ".sh", ".build", ".toml", ".wrap", ".cmake", ".in", ""}
UNLICENSED_NAMES = {"LICENSE", "CMakeCache.txt", "py.typed"}
VERSIONS = {
    "include/prepguard/version.hpp": r'PREPGUARD_VERSION "([^"]+)"',
    "meson.build": r"version: '([^']+)'",
    "CMakeLists.txt": r"project\(prepguard VERSION (\S+)",
    "CHANGELOG.md": r"## ([0-9.]+)",
    "python/pyproject.toml": r'version = "([^"]+)"',
    "python/prepguard/version.py": r'__version__ = "([^"]+)"',
}

Header = namedtuple("Header", "name lines code ours system")


def without_comments(text):
    """The code alone, with as many lines as the text; strings become empty."""
    pattern = r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\''
    keep = lambda match: '""' if match[0][0] == '"' else "0" if match[0][0] == "'" else "\n" * match[0].count("\n")
    return re.sub(pattern, keep, re.sub(r"(?<=\d)'(?=\d)", "", text), flags=re.S)


def read(path):
    text = path.read_text()
    included = re.findall(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', text, re.M)
    ours = [name[len("prepguard/"):] for name in included if name.startswith("prepguard/")]
    system = [name for name in included if not name.startswith("prepguard/")]
    name = path.relative_to(INCLUDE / "prepguard").as_posix()
    return Header(name, text.count("\n"), without_comments(text), ours, system)


def stem_of(name):
    return name.rpartition(".")[0]


def layer_of(name):
    """Layer number, -1 for the file side and for detail (whose layer is what it includes), None if unknown."""
    stem = stem_of(name)
    if stem in FILE_SIDE or stem.startswith("detail/"):
        return -1
    folder = stem.rpartition("/")[0] + "/" if "/" in stem else None
    places = [number for number, names in enumerate(LAYERS) if stem in names or folder in names]
    return places[0] if places else None


def reach(headers, name):
    """Every header that `name` includes, directly or not."""
    seen, todo = set(), list(headers[name].ours)
    while todo:
        following = todo.pop()
        if following not in seen and following in headers:
            seen.add(following)
            todo += headers[following].ours
    return seen


def check_includes(headers):
    for name, header in headers.items():
        reached = reach(headers, name)
        yield from (f"{name}: includes {ours}, which does not exist" for ours in header.ours if ours not in headers)
        if name in reached:
            yield f"{name}: includes itself"
        if layer_of(name) is None:
            yield f"{name}: has no layer; name it in tests/check_layers.py"
        if name.startswith("detail/"):
            continue
        stem = stem_of(name)
        for other in sorted(reached):
            if not_below(stem, layer_of(name), other):
                yield f"{name}: includes upward, {other}"
        if stem not in KNOW_FILES:
            for other in [name, *sorted(reached)]:
                yield from (f"{name}: reaches <{system}> through {other}"
                            for system in headers[other].system if FILE_INCLUDES.match(system))


def not_below(stem, layer, other):
    other_stem, other_layer = stem_of(other), layer_of(other)
    if stem in FILE_SIDE:
        above = other_stem in FILE_SIDE and FILE_SIDE.index(other_stem) > FILE_SIDE.index(stem)
        return above or (other_layer is not None and other_layer > FILE_SIDE_MAY_USE)
    return other_stem in FILE_SIDE or (None not in (layer, other_layer) and other_layer > layer)


def functions(code):
    """(first line, length) of every function body with its braces, found by what stands before the brace."""
    code = re.sub(r"^\s*#.*$", "", code, flags=re.M)
    stack, start, found = [], 0, []
    for match in re.finditer(r"[{};]", code):
        before, start = code[start:match.start()], match.end()
        if match[0] == "{":
            scope = re.search(r"\b(namespace|class|struct|union|enum|concept)\b(?![^<]*>)", before)
            body = not scope and ")" in before and not any(kind for kind, _ in stack)
            stack.append((body, code.count("\n", 0, match.start() - len(before.lstrip())) + 1))
        elif match[0] == "}" and stack:
            body, line = stack.pop()
            if body:
                found.append((line, code.count("\n", 0, match.start()) + 2 - line))
    return found


def check_budgets(headers):
    for name, header in headers.items():
        if header.lines > HEADER_LINES:
            yield f"{name}: {header.lines} lines, at most {HEADER_LINES}"
        for line, length in functions(header.code):
            if length > FUNCTION_LINES:
                yield f"{name}:{line}: function of {length} lines, at most {FUNCTION_LINES}"
        conditional = not name.startswith("detail/") and name != "version.hpp"
        for number, line in enumerate(header.code.split("\n"), 1):
            if conditional and re.match(r"\s*#\s*(el)?if", line):
                yield f"{name}:{number}: #if belongs into detail/ or version.hpp"
            for what, pattern in FORBIDDEN.items():
                if pattern.search(line):
                    yield f"{name}:{number}: {what}: {line.strip()}"
    umbrella = headers.get("prepguard.hpp")
    if umbrella and umbrella.lines > UMBRELLA_LINES:
        yield f"prepguard.hpp: {umbrella.lines} lines, at most {UMBRELLA_LINES}"
    if umbrella and re.sub(r"^\s*#\s*(include|pragma).*$", "", umbrella.code, flags=re.M).strip():
        yield "prepguard.hpp: has more than includes"


def project_files():
    """Everything but build folders, downloads and version control."""
    for path in sorted(ROOT.rglob("*")):
        parts = path.relative_to(ROOT).parts
        skipped = parts[0].startswith("build") or parts[0] == ".git" or "__pycache__" in parts
        downloaded = parts[0] == "subprojects" and len(parts) > 2 and parts[1] != "packagefiles"
        if path.is_file() and not skipped and not downloaded:
            yield path


def check_files():
    for path in project_files():
        if path.suffix not in LICENSED or path.name in UNLICENSED_NAMES or path.name.startswith("."):
            continue
        head = path.read_bytes()[:400].decode("utf-8", "replace").split("\n")[:3]
        if not any("SPDX-License-Identifier: MIT" in line for line in head):
            yield f"{path.relative_to(ROOT)}: no SPDX-License-Identifier line"
    listed = (ROOT / "tests" / "meson.build").read_text()
    for path in sorted((ROOT / "tests").rglob("*_test.cpp")):
        name = path.relative_to(ROOT / "tests").as_posix()
        if f"'{name}'" not in listed:
            yield f"tests/{name}: not listed in tests/meson.build"
    versions = {}
    for name, pattern in VERSIONS.items():
        path = ROOT / name
        match = path.is_file() and re.search(pattern, path.read_text())
        if match:
            versions[name] = match[1]
    if len(set(versions.values())) != 1:
        yield f"versions differ: {versions}"


def lines_under(folder, suffixes):
    return sum(path.read_text().count("\n") for path in project_files()
               if path.is_relative_to(ROOT / folder) and path.suffix in suffixes)


def print_table(headers):
    lines = sorted(header.lines for header in headers.values())
    lengths = sorted(length for header in headers.values() for _, length in functions(header.code)) or [0]
    total = sum(lines)
    conditions = sum(len(re.findall(r"^\s*#\s*if", header.code, re.M)) for header in headers.values())
    tests = lines_under("tests", {".cpp", ".hpp", ".py", ".sh"}) + lines_under("python/tests", {".py"})
    code = total + lines_under("python/prepguard", {".py"})
    print(f"figure: {len(lines)} headers, {total} lines, median {lines[len(lines) // 2]}, longest {lines[-1]}")
    print(f"figure: {len(lengths)} functions, median {lengths[len(lengths) // 2]} lines, "
          f"p90 {lengths[len(lengths) * 9 // 10]}, longest {lengths[-1]}")
    print(f"figure: {1000 * conditions / total:.1f} #if per 1,000 lines; tests : code {tests / code:.2f}")


def main():
    paths = sorted(path for path in (INCLUDE / "prepguard").rglob("*") if path.suffix in {".hpp", ".inl"})
    headers = {header.name: header for header in map(read, paths)}
    print_table(headers)
    checks = {"include layers": check_includes(headers), "budgets": check_budgets(headers), "files": check_files()}
    failed = 0
    for title, violations in checks.items():
        violations = list(dict.fromkeys(violations))
        failed += bool(violations)
        print(f"{title}: {len(violations)} violations")
        for violation in violations:
            print(f"  {violation}")
    print(f"{len(checks) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
