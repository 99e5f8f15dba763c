#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The HTML report in a real browser, light and dark, narrow and wide.

    report_pages.py CHROMIUM FOLDER PAGE.html...     writes FOLDER/page-width-scheme.png
"""

import html
import json
import re
import struct
import subprocess
import sys
import tempfile
import unittest
from html.parser import HTMLParser
from itertools import product
from pathlib import Path

CHROMIUM, FOLDER, PAGES = "", Path(), []
WIDTHS = (360, 1400)
SCHEMES = {"light": 1, "dark": 0}
VOID = {"meta", "br", "wbr", "rect", "line"}  # rect and line close themselves
POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')

# What a page looks like from inside: what sticks out, which texts stand on what.
PROBE = """<script>
addEventListener('load', () => {
  for (const details of document.querySelectorAll('details')) details.open = true;
  const root = document.documentElement, wide = [];
  const scrolls = (element) => element && (getComputedStyle(element).overflowX === 'auto' || scrolls(element.parentElement));
  for (const element of document.querySelectorAll('body *')) {
    const box = element.getBoundingClientRect();
    if (box.right > innerWidth + 0.5 && !scrolls(element)) wide.push(element.outerHTML.slice(0, 120));
  }
  const ground = (element) => {
    for (; element; element = element.parentElement) {
      const colour = getComputedStyle(element).backgroundColor;
      if (!colour.endsWith(', 0)')) return colour;
    }
    return 'rgb(255, 255, 255)';
  };
  const pairs = {};
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement, style = getComputedStyle(element);
    if (!node.textContent.trim() || element.closest('title,desc,script')) continue;
    const svg = element.namespaceURI.endsWith('svg');
    pairs[(svg ? style.fill : style.color) + ' on ' + ground(element)] ??= node.textContent.trim().slice(0, 60);
  }
  const found = {scroll: root.scrollWidth, inner: innerWidth, wide: wide.slice(0, 5), pairs,
                 scheme: matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light',
                 requests: performance.getEntriesByType('resource').map((entry) => entry.name)};
  parent.postMessage(JSON.stringify(found), '*');
});
</script>"""
# A window of the browser is at least 500 pixels wide; a frame in it may be narrower.
FRAME = """<!doctype html><body style="margin:0"><iframe src="probe.html" width="{width}" height="1600" style="border:0"></iframe>
<script>addEventListener('message', (event) => document.body.setAttribute('data-found', event.data));</script></body>"""


def browser(page: Path, width: int, scheme: str, *words: str) -> bytes:
    """One page, opened by a browser that knows no network."""
    with tempfile.TemporaryDirectory() as profile:
        ran = subprocess.run([CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
                              "--disable-background-networking", "--proxy-server=127.0.0.1:9", f"--user-data-dir={profile}",
                              f"--blink-settings=preferredColorScheme={SCHEMES[scheme]}", f"--window-size={width},1600", *words,
                              page.resolve().as_uri()], capture_output=True, timeout=120)
    if ran.returncode != 0:
        raise RuntimeError(f"{page}: {ran.stderr.decode(errors='replace')[-2000:]}")
    return ran.stdout


def probed(page: Path, width: int, scheme: str) -> dict:
    """What the probe finds. The page forbids scripts, so the copy that has one comes without that rule."""
    text = page.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        copy, frame = Path(folder) / "probe.html", Path(folder) / "frame.html"
        copy.write_text(POLICY.sub("", text).replace("</body>", PROBE + "</body>"), encoding="utf-8")
        frame.write_text(FRAME.format(width=width), encoding="utf-8")
        dump = browser(frame, width, scheme, "--virtual-time-budget=5000", "--dump-dom").decode("utf-8")
    return json.loads(html.unescape(re.search(r'data-found="([^"]*)"', dump)[1]))


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4
              for c in (int(part) / 255 for part in re.findall(r"\d+", colour)[:3])]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(pair: str) -> float:
    light, dark = sorted(map(luminance, pair.split(" on ")), reverse=True)
    return (light + 0.05) / (dark + 0.05)


class Outline(HTMLParser):
    """Checks that every tag is closed where it must be, and collects what stands out."""

    def __init__(self) -> None:
        super().__init__()
        self.open, self.tags, self.ids, self.svg = [], set(), [], []

    def handle_starttag(self, tag: str, attributes: list) -> None:
        self.tags.add(tag)
        named = dict(attributes)
        if "id" in named:
            self.ids.append(named["id"])
        if tag == "svg":
            self.svg.append(named)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attributes: list) -> None:
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            raise AssertionError(f"</{tag}> at {self.getpos()}")


class ReportPagesTest(unittest.TestCase):
    def test_contrast_by_known_values(self) -> None:
        self.assertAlmostEqual(contrast("rgb(0, 0, 0) on rgb(255, 255, 255)"), 21.0)
        self.assertAlmostEqual(contrast("rgb(119, 119, 119) on rgb(255, 255, 255)"), 4.48, places=2)

    def test_a_script_in_a_page_would_not_run(self) -> None:
        text = PAGES[0].read_text(encoding="utf-8")
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "script.html"
            script = "<script>document.documentElement.setAttribute('data-ran', 1)</script></body>"
            for forbids, page in [(True, text), (False, POLICY.sub("", text))]:
                copy.write_text(page.replace("</body>", script), encoding="utf-8")
                self.assertEqual(b'data-ran="1"' in browser(copy, 1400, "light", "--dump-dom"), not forbids)

    def test_pages_are_well_formed_and_need_nothing(self) -> None:
        for page in PAGES:
            with self.subTest(page.name):
                outline = Outline()
                outline.feed(page.read_text(encoding="utf-8"))
                self.assertEqual(outline.open, [])
                self.assertEqual(len(outline.ids), len(set(outline.ids)))
                self.assertEqual(outline.tags & {"script", "link", "img", "iframe", "object", "form"}, set())
                for named in outline.svg:
                    self.assertEqual(named["role"], "img")
                    self.assertTrue(set(named["aria-labelledby"].split()) <= set(outline.ids))

    def test_in_the_browser(self) -> None:
        worst, seen = 21.0, 0
        for page, width, scheme in product(PAGES, WIDTHS, SCHEMES):
            with self.subTest(page=page.name, width=width, scheme=scheme):
                found = probed(page, width, scheme)
                self.assertEqual((found["inner"], found["scheme"]), (width, scheme))
                self.assertLessEqual(found["scroll"], width, found["wide"])
                self.assertEqual(found["wide"], [])
                self.assertEqual(found["requests"], [])
                for pair, text in found["pairs"].items():
                    self.assertGreaterEqual(contrast(pair), 4.5, f"{pair}: {text}")
                    worst, seen = min(worst, contrast(pair)), seen + 1
        self.assertGreater(seen, 0)
        print(f"figure: {len(PAGES)} pages x {len(WIDTHS)} widths x {len(SCHEMES)} schemes: nothing sticks out, contrast at least "
              f"{worst:.1f}")

    def test_pictures(self) -> None:
        for page, width, scheme in product(PAGES, WIDTHS, SCHEMES):
            picture = FOLDER / f"{page.stem}-{width}-{scheme}.png"
            browser(page, width, scheme, f"--screenshot={picture}")
            self.assertEqual(struct.unpack(">II", picture.read_bytes()[16:24]), (width, 1600))


if __name__ == "__main__":
    CHROMIUM, FOLDER, *PAGES = sys.argv[1], Path(sys.argv[2]), *map(Path, sys.argv[3:])
    unittest.main(argv=sys.argv[:1])
