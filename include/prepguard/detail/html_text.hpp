// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "prepguard/detail/shown_text.hpp"

// Texts and the look of the HTML report.
namespace prepguard::inline PREPGUARD_ABI::detail {

/// `text`, which is ours or was made fit to be shown, as HTML content or attribute.
inline std::string escaped_html(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

/// A text that came in with the data.
inline std::string html_text(std::string_view text, std::size_t limit = 120, bool lines = false) {
  return escaped_html(shown_text(text, limit, lines));
}

/// The name of a column, or a category.
inline std::string html_name(std::string_view name, std::size_t limit = 120) {
  return name.empty() ? "(empty)" : html_text(name, limit);
}

/// `<tag attributes>content</tag>`; `content` is HTML.
inline std::string html_tag(std::string_view tag, std::string_view content,
                            std::string_view attributes = {}) {
  std::string out;
  out.append(1, '<').append(tag).append(attributes.empty() ? "" : " ").append(attributes).append(1, '>');
  return out.append(content).append("</").append(tag).append(1, '>');
}

/// One of our names, which may be broken after an underscore.
inline std::string breakable(std::string_view name) {
  std::string out;
  for (const char c : name) out.append(1, c).append(c == '_' ? "<wbr>" : "");
  return out;
}

/// One look for light and dark. Every colour of text has a contrast of at least 4.5 to what it stands on.
inline constexpr std::string_view html_style =
    ":root{color-scheme:light dark;--page:#f4f5f7;--card:#fff;--line:#d5d9e0;--text:#1b2129;--soft:#57606a;"
    "--serving:#0b62d6;--training:#8a93a0;--bad:#b3261e;--bad-page:#fdeceb;--odd:#835400;--odd-page:#fdf3dd;"
    "--good:#176f33;--good-page:#e6f5ea}\n"
    "@media(prefers-color-scheme:dark){:root{--page:#0e1217;--card:#171d25;--line:#303945;--text:#e6eaf0;"
    "--soft:#9fabb9;--serving:#6cb2ff;--training:#8b96a5;--bad:#ff9a90;--bad-page:#371a1a;--odd:#f0bd5a;"
    "--odd-page:#33270f;--good:#69d394;--good-page:#12291b}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0;background:var(--page);color:var(--text);font:15px/1.5 system-ui,sans-serif;"
    "overflow-wrap:anywhere}\n"
    "main{max-width:1240px;margin:0 auto;padding:20px 16px 40px}\n"
    "h1{font-size:1.35rem;margin:0 0 12px}h2{font-size:1.1rem;margin:32px 0 4px}h3{font-size:1rem;margin:0}\n"
    "p{margin:4px "
    "0}.soft{color:var(--soft);font-size:.87rem}.name{unicode-bidi:isolate}.whole{white-space:nowrap}\n"
    ".state{border-left:6px solid;border-radius:6px;padding:10px 14px;font-weight:600}\n"
    ".bad{color:var(--bad);background:var(--bad-page)}.odd{color:var(--odd);background:var(--odd-page)}\n"
    ".good{color:var(--good);background:var(--good-page)}\n"
    ".grid{display:grid;gap:12px;margin-top:12px;grid-template-columns:repeat(auto-fill,minmax(min(100%,"
    "340px),1fr))}\n"
    ".sums{display:grid;gap:12px;margin-top:12px;grid-template-columns:repeat(auto-fit,minmax(145px,1fr))}\n"
    ".card{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:12px "
    "14px;min-width:0}\n"
    ".sums b{display:block;font-size:1.45rem;line-height:1.25;font-variant-numeric:tabular-nums}\n"
    ".tag{display:inline-block;border-radius:4px;padding:0 "
    "7px;font-size:.82rem;font-weight:600;margin-right:6px}\n"
    ".verdict{border-left:6px solid var(--bad);margin-top:12px}.verdict p{white-space:pre-line}\n"
    "table{border-collapse:collapse;width:100%;font-size:.9rem}\n"
    "th,td{text-align:left;padding:5px 8px;border-bottom:1px solid var(--line);vertical-align:top;"
    "font-weight:400}\n"
    "thead th{color:var(--soft);font-size:.82rem;vertical-align:bottom}tr:last-child>*{border-bottom:0}\n"
    ".n{text-align:right;font-variant-numeric:tabular-nums;overflow-wrap:normal}\n"
    ".card table th,.card table td{padding:3px 6px 3px 0}.out{color:var(--bad);font-weight:600}\n"
    ".scroll{overflow-x:auto;margin-top:12px}.many .n,.many thead th{white-space:nowrap}\n"
    ".many tbody th{min-width:140px}\n"
    "svg{display:block;width:100%;height:auto;margin:8px 0 4px}svg text{fill:var(--soft);font-size:10px;"
    "text-anchor:middle}svg .value{fill:var(--text)}\n"
    "svg .training{fill:none;stroke:var(--training);stroke-width:1.5;stroke-dasharray:3 2}\n"
    "svg .serving{fill:var(--serving)}svg line{stroke:var(--line)}\n"
    ".key{display:inline-block;width:24px;height:12px;margin:0 4px 0 12px;vertical-align:-1px}\n"
    ".key.training{border:1.5px dashed var(--training)}.key.serving{background:var(--serving)}\n"
    "details{margin-top:12px}summary{cursor:pointer;padding:6px 0}footer{margin-top:32px}\n";

}  // namespace prepguard::inline PREPGUARD_ABI::detail
