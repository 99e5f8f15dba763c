# SPDX-License-Identifier: MIT
"""The plot of benchmarks/run: for each figure horizontal bars, the share of the limit that prepguard and its peers reach."""

import re
from xml.sax.saxutils import escape

# The figures shown, as patterns of their names, in this order; those of several programs with one name are one figure.
FIGURES = (
    r"float(32|64), (30 cells|4 KiB|32 KiB|512 KiB|256 MiB)",
    r"StandardScaler float64, (1|64|1024|4096|1000000) x 30", r"StandardScaler float64, 4096 x 784",
    r"StandardScaler float32, (1|64|1024|4096|1000000) x 30", r"StandardScaler float32, 4096 x 784",
    r"MinMaxScaler float(64|32), (1024|1000000) x 30",
    r"(RobustScaler|SimpleImputer|Normalizer|Binarizer) float(64|32), 4096 x 30",
    r"(?i)(?!fit ).*one.?hot.*",
    r"fit (standard|min_max)_scaler float(64|32), (1000000 x 30|10000 x (30|784))",
    r"float(32|64), one row of .*", r"float32, network.*",
)
# A peer is known by the first words of a variant's name; the best variant of each is shown.
PEERS = ("Eigen", "NumPy", "numpy", "scikit-learn", "ONNX Runtime", "Highway", "xsimd", "std::isfinite")
LEFT, BAR, RIGHT, AXIS = 236, 340, 84, 1.1  # widths, and the ratio at the right end of a bar
LINE, TITLE, GAP, TOP = 15, 20, 12, 128
PANEL = LEFT + BAR + RIGHT
STYLE = """
  svg {
    --back: #ffffff; --text: #1f2328; --faint: #656d76; --grid: #d0d7de;
    --own: #0b62c4; --own2: #6aa9ee; --peer: #c9803a; --goal: #b3261e;
  }
  @media (prefers-color-scheme: dark) {
    svg {
      --back: #0d1117; --text: #e6edf3; --faint: #9198a1; --grid: #3d444d;
      --own: #4493f8; --own2: #1f5fae; --peer: #d29a5c; --goal: #ff7b72;
    }
  }
  text { font: 11px system-ui, "Segoe UI", Helvetica, Arial, sans-serif; fill: var(--text); }
  .big { font-size: 17px; font-weight: 600; } .head { font-size: 12px; font-weight: 600; } .faint { fill: var(--faint); }
  .back { fill: var(--back); } .own { fill: var(--own); } .own2 { fill: var(--own2); } .peer { fill: var(--peer); }
  .limit { stroke: var(--text); stroke-width: 1.5; } .grid { stroke: var(--grid); }
  .goal { stroke: var(--goal); stroke-width: 2; stroke-dasharray: 4 2; }
"""


def short(ratio):
    return f"{ratio:.2f}".removeprefix("0") if ratio < 9.95 else f"{ratio:.0f}"


def peer_of(variant):
    return next((peer for peer in PEERS if variant.startswith(peer)), None)


def bars_of(groups):
    """[(label, ratio, class)] of one figure: our variants for each plain build, then each peer's best."""
    own, peers = {}, {}
    for build, rows in groups:
        for row in rows:
            ratio = row.get("of_limit")
            if ratio is None or not row["right"]:
                continue
            peer = peer_of(row["variant"])
            if row["kind"] == "own" and "native" not in build and shows(row["variant"]):
                own.setdefault((re.sub(r"^prepguard, |, dispatched$", "", row["variant"]), build), ratio)
            elif row["kind"] == "peer" and peer and ratio > peers.get(peer, (0, ""))[0]:
                peers[peer] = ratio, f"{row['variant']}, {build.split()[0]}{' native' if 'native' in build else ''}"
    if any(name in ("dispatched", "prepguard, dispatched") for name, _ in own):
        own.pop(("prepguard", None), None)
    names = dict.fromkeys(name for name, _ in own)
    bars = [(f"{'prepguard' if name in ('dispatched', 'prepguard') else name}, {build.split()[0]}", own[name, build],
             "own2" if "clang" in build else "own") for name in names for other, build in own if other == name]
    return bars + [(label, ratio, "peer") for ratio, label in sorted(peers.values(), reverse=True)]


def shows(variant):
    """All but a forced instruction set and what checks nothing."""
    return not re.search(r", (generic|sse2|neon|avx2|avx512)$|no checks", variant)


def figures(by_case):
    """[(title, [(build, rows)])] in the order of FIGURES; of several programs with one case the first has our bars."""
    found = {}
    for pattern in FIGURES:
        for (program, case), builds in by_case.items():
            if not re.fullmatch(pattern, case):
                continue
            title = f"finite check, {case}" if program == "finite_benchmark" else case
            known = found.setdefault(title, [])
            first = not known
            known += [(build, [r for r in rows if first or r["kind"] == "peer"]) for build, rows in builds.items()]
    return [(title, groups) for title, groups in found.items() if bars_of(groups)]


def goal_lines(judged):
    return {(f"finite check, {case}" if goal.program == "finite_benchmark" else case): goal.bound
            for goal, case, _ in judged if goal.sense == ">=" and not goal.unit}


def at(ratio):
    return LEFT + BAR * min(ratio, AXIS) / AXIS


def beside(end, lines):
    """Where a number of some 24 units beside the end of a bar crosses none of the lines."""
    start = end + 5
    for line in sorted(lines):
        if start - 3 < line < start + 26:
            start = line + 5
    return start


def upright(kind, x, top, bottom):
    return f'<line class="{kind}" x1="{x:.1f}" x2="{x:.1f}" y1="{top}" y2="{bottom}"/>'


def draw_figure(title, bars, goal, y):
    lines = [at(1)] + ([at(goal)] if goal else [])
    bottom = y + TITLE + LINE * len(bars)
    out = [f'<text class="head" x="{LEFT}" y="{y + 13}">{escape(title)}</text>']
    out += [upright("grid", at(x), y + TITLE - 1, bottom) for x in (0, 0.25, 0.5, 0.75)]
    for k, (label, ratio, kind) in enumerate(bars):
        middle = y + TITLE + LINE * k + LINE / 2
        text = label if len(label) <= 42 else label[:41] + "…"
        faint = ' class="faint"' if kind == "peer" else ""
        out.append(f'<text x="{LEFT - 6}" y="{middle + 4}" text-anchor="end"{faint}>{escape(text)}</text>')
        out.append(f'<rect class="{kind}" x="{LEFT}" y="{middle - 5.5}" width="{max(at(ratio) - LEFT, 1):.1f}" height="11"/>')
        out.append(f'<text x="{beside(at(ratio), lines):.1f}" y="{middle + 4}">{short(ratio)}</text>')
    out.append(upright("limit", at(1), y + TITLE - 3, bottom))
    if goal:
        out.append(upright("goal", at(goal), y + TITLE - 3, bottom))
        out.append(f'<text x="{LEFT + BAR + 8}" y="{y + 13}" class="faint">goal {short(goal)}</text>')
    return out, bottom + GAP


def heading(results):
    cpus = {setting.get("cpu", "") for setting in results["builds"].values()} - {""}
    settings = {build: setting["compiler"].strip() for build, setting in results["builds"].items() if "compiler" in setting}
    builds = "; ".join(f"{build} ({compiler})" for build, compiler in settings.items())
    versions = ", ".join(f"{name} {value}" for name, value in results["versions"].items())
    rounds = next((s["rounds"] for s in results["builds"].values() if "rounds" in s), "")
    out = ['<text class="big" x="20" y="30">prepguard and its peers, as a share of the limit</text>']
    first = f"{', '.join(sorted(cpus))}; one thread; median of {rounds} interleaved rounds"
    for k, line in enumerate((first, builds, versions)):
        out.append(f'<text class="faint" x="20" y="{50 + 16 * k}">{escape(line)}</text>')
    x = 20
    for kind, label in (("own", "prepguard, g++"), ("own2", "prepguard, clang++"), ("peer", "peer: its best variant and build")):
        out.append(f'<rect class="{kind}" x="{x}" y="97" width="22" height="11"/><text x="{x + 28}" y="107">{label}</text>')
        x += 44 + 6 * len(label)
    for kind, label in (("limit", "limit: the same bytes as fast as we know how"), ("goal", "goal")):
        out += [upright(kind, x + 8, 95, 110), f'<text x="{x + 18}" y="107">{label}</text>']
        x += 34 + 6 * len(label)
    return out


def draw(results, by_case, judged):
    goals = goal_lines(judged)
    shown = [(title, bars_of(groups)) for title, groups in figures(by_case)]
    heights = [TITLE + LINE * len(bars) + GAP for _, bars in shown]
    body, ends, x, y, used = [], [], 0, TOP, 0
    for (title, bars), height in zip(shown, heights):
        if x == 0 and used + height / 2 > sum(heights) / 2:
            ends.append(y)
            x, y = PANEL, TOP
        drawn, end = draw_figure(title, bars, goals.get(title), y)
        body.append(f'<g transform="translate({x},0)">' + "\n".join(drawn) + "</g>")
        y, used = end, used + height
    width, height = (2 * PANEL if x else max(PANEL, 900)), max([*ends, y]) + 8
    size = f'width="{width}" height="{height:.0f}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {width} {height:.0f}" role="img" aria-labelledby="title">'
    title = '<title id="title">prepguard and its peers, as a share of the limit</title>'
    return "\n".join([head, title, f"<style>{STYLE}</style>", f'<rect class="back" {size}/>', *heading(results), *body,
                      "</svg>"]) + "\n"
