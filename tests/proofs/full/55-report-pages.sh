#!/bin/sh
# SPDX-License-Identifier: MIT
# The HTML report in a browser: light and dark, narrow and wide
# One core: runs beside other proofs.
. tests/proofs/lib.sh
pages=$BUILD/report-pages browser=''
for candidate in chromium chromium-browser google-chrome; do
  [ -n "$browser" ] || ! command -v "$candidate" >/dev/null 2>&1 || browser=$candidate
done
[ -n "$browser" ] || skip 'NOT TESTED in a browser: Chromium is not here (Debian package chromium)'
for program in "$BUILD/tests/report_sample" "$BUILD/examples/prepguard"; do
  [ -x "$program" ] || { echo "error: $program is not built; run tests/run build first" && exit 1; }
done
rm -rf "$pages" && mkdir -p "$pages"
"$BUILD/tests/report_sample" "$pages"
"$PYTHON" tests/report_faulty_rows.py "$BUILD/examples/prepguard" "$pages"
"$PYTHON" tests/report_pages.py "$browser" "$pages" "$pages"/*.html
