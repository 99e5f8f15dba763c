// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "prepguard/version.hpp"

/// Numbers as text and back, without locale. The library behind it computes: callers hold a FloatEnvironment.
namespace prepguard::inline PREPGUARD_ABI::detail {

/// Appends the digits of `scientific` ("1.25e+02", no sign) without an exponent: "125.0".
inline void append_plain(std::string& out, std::string_view scientific, std::size_t mantissa_size,
                         int exponent) {
  std::string digits(scientific.substr(0, 1));
  if (mantissa_size > 2) digits += scientific.substr(2, mantissa_size - 2);
  if (exponent < 0) {
    out.append("0.").append(static_cast<std::size_t>(-exponent - 1), '0').append(digits);
    return;
  }
  const std::size_t whole = static_cast<std::size_t>(exponent) + 1;
  if (digits.size() <= whole) {
    out.append(digits).append(whole - digits.size(), '0').append(".0");
  } else {
    out.append(digits, 0, whole).append(1, '.').append(digits, whole);
  }
}

/// Appends `value` as Python's repr (double) or numpy's str (float) prints it: the shortest digits that read
/// back to the same bits, always with a point or an exponent: `0.1`, `1.0`, `-0.0`, `1e-05`, `1.5e+16`,
/// `nan`, `-inf`.
template <std::floating_point T>
void append_repr(std::string& out, const T& value) {
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific).ptr;
  std::string_view text(buffer, static_cast<std::size_t>(end - buffer));
  if (text.starts_with('-')) {
    if (!text.ends_with("nan")) out += '-';
    text.remove_prefix(1);
  }
  const std::size_t mantissa_size = text.find('e');
  int exponent = std::numeric_limits<int>::max();
  if (mantissa_size != text.npos) {
    const std::size_t plus = text[mantissa_size + 1] == '+' ? 1 : 0;
    std::from_chars(text.data() + mantissa_size + 1 + plus, end, exponent);
  }
  if (exponent < -4 || exponent >= 16) {
    out += text;  // to_chars and Python agree on this form: a sign and at least two digits of exponent
  } else {
    append_plain(out, text, mantissa_size, exponent);
  }
}

/// `append_repr` into a new string.
template <std::floating_point T>
std::string repr_text(const T& value) {
  std::string out;
  append_repr(out, value);
  return out;
}

/// A number as people write it: 2700, 0.51, 1.2e+308.
template <class T>
std::string plain_number(const T& value) {
  std::string text = repr_text(value);
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text;
}

/// True if the decimal number `text`, known not to fit a floating-point type, is too small for it, not too
/// large.
inline bool is_too_small(std::string_view text) {
  const std::size_t mantissa_size = std::min(text.find_first_of("eE"), text.size());
  const std::string_view mantissa = text.substr(0, mantissa_size);
  const auto point = static_cast<std::int64_t>(std::min(mantissa.find('.'), mantissa.size()));
  const auto lead = static_cast<std::int64_t>(mantissa.find_first_of("123456789"));
  std::int64_t exponent = 0;
  if (mantissa_size < text.size()) {
    std::string_view digits = text.substr(mantissa_size + 1);
    if (digits.starts_with('+')) digits.remove_prefix(1);
    const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
    if (result.ec == std::errc::result_out_of_range) return digits.starts_with('-');
  }
  return exponent < lead - point;
}

/// The number a CSV field spells, rounded once, straight to `T`, whatever the locale: "1", "+1.", "-.5",
/// "1e5". Too small a number is zero of its sign. Nothing if the text is no number ("", "nan", "inf", "0x1",
/// " 1", "1,5") or the number is too large for `T`.
template <std::floating_point T>
std::optional<T> parse_number(std::string_view text) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return std::nullopt;
  }
  const std::string_view unsigned_text = text.substr(text.starts_with('-') ? 1 : 0);
  if (unsigned_text.find_first_of("0123456789.") != 0) return std::nullopt;  // from_chars knows nan and inf
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size() || error == std::errc::invalid_argument) return std::nullopt;
  if (error == std::errc::result_out_of_range) {
    if (!is_too_small(unsigned_text)) return std::nullopt;
    // Not as a literal: -ffast-math takes -0.0 for 0.0.
    const std::string_view zero = text.starts_with('-') ? "-0" : "0";
    std::from_chars(zero.data(), zero.data() + zero.size(), value);
  }
  return value;
}

/// The value of a JSON number token that has a point or an exponent. Nothing if it is too large for a double,
/// or so small that nonzero digits would become zero.
inline std::optional<double> parse_json_real(std::string_view token) {
  double value{};
  if (std::from_chars(token.data(), token.data() + token.size(), value).ec != std::errc())
    return std::nullopt;
  return value;
}

/// The value of a JSON number token without point and exponent. Nothing if it does not fit.
inline std::optional<std::int64_t> parse_json_integer(std::string_view token) {
  std::int64_t value{};
  if (std::from_chars(token.data(), token.data() + token.size(), value).ec != std::errc())
    return std::nullopt;
  return value;
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
