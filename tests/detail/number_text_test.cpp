// SPDX-License-Identifier: MIT
// Expected texts are what CPython 3.11 and numpy 1.24 print; python_text.py compares a million more.
#include "prepguard/detail/number_text.hpp"

#include <doctest/doctest.h>

#include <clocale>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "prepguard/detail/float_environment.hpp"

namespace number_text_test {

using prepguard::detail::FloatEnvironment;
using prepguard::detail::parse_json_integer;
using prepguard::detail::parse_json_real;
using prepguard::detail::parse_number;
using prepguard::detail::repr_text;

template <class T>
std::uint64_t bits(const T& value) {
  std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t> all;
  static_assert(sizeof all == sizeof value);
  std::memcpy(&all, &value, sizeof value);
  return all;
}

TEST_CASE("text of doubles is Python's repr") {
  const FloatEnvironment environment;
  const struct {
    double value;
    const char* text;
  } rows[] = {
      {0.0, "0.0"},
      {-0.0, "-0.0"},
      {1.0, "1.0"},
      {-12.5, "-12.5"},
      {0.1, "0.1"},
      {1e15, "1000000000000000.0"},
      {9999999999999998.0, "9999999999999998.0"},
      {1e16, "1e+16"},
      {1.5e16, "1.5e+16"},
      {1e22, "1e+22"},
      {1e100, "1e+100"},
      {0.0001, "0.0001"},
      {0.00012345, "0.00012345"},
      {0.00001, "1e-05"},
      {1.2345e-5, "1.2345e-05"},
      {123456.789, "123456.789"},
      {5e-324, "5e-324"},
      {2.2250738585072014e-308, "2.2250738585072014e-308"},
      {1.7976931348623157e308, "1.7976931348623157e+308"},
      {0.1 + 0.2, "0.30000000000000004"},
      {std::numeric_limits<double>::quiet_NaN(), "nan"},
      {-std::numeric_limits<double>::quiet_NaN(), "nan"},
      {std::numeric_limits<double>::infinity(), "inf"},
      {-std::numeric_limits<double>::infinity(), "-inf"},
  };
  for (const auto& row : rows) CHECK(repr_text(row.value) == row.text);
}

TEST_CASE("text of floats is numpy's str") {
  const FloatEnvironment environment;
  const struct {
    float value;
    const char* text;
  } rows[] = {{0.1f, "0.1"},    {-0.0f, "-0.0"},   {16777216.0f, "16777216.0"},      {1e16f, "1e+16"},
              {1e-5f, "1e-05"}, {1e-45f, "1e-45"}, {3.4028235e38f, "3.4028235e+38"}, {30.3f, "30.3"}};
  for (const auto& row : rows) CHECK(repr_text(row.value) == row.text);
}

TEST_CASE("numbers of a CSV field") {
  const FloatEnvironment environment;
  const struct {
    const char* text;
    const char* value;  // as its repr; "" if the text is no number
  } rows[] = {
      {"1", "1.0"},
      {"-1", "-1.0"},
      {"+1", "1.0"},
      {"1.", "1.0"},
      {".5", "0.5"},
      {"-.5", "-0.5"},
      {"+.5e1", "5.0"},
      {"1e5", "100000.0"},
      {"1E+05", "100000.0"},
      {"007", "7.0"},
      {"-0", "-0.0"},
      {"0e999999999999999999999", "0.0"},
      {"4.9406564584124654e-324", "5e-324"},
      {"1e-400", "0.0"},
      {"-1e-400", "-0.0"},
      {"0.0000000000000000001e-99999999999999999999", "0.0"},
      {"1e400", ""},
      {"-1e400", ""},
      {"1e99999999999999999999", ""},
      {"", ""},
      {"+", ""},
      {"-", ""},
      {".", ""},
      {"e5", ""},
      {"1e", ""},
      {"+-1", ""},
      {"--1", ""},
      {"nan", ""},
      {"-nan", ""},
      {"inf", ""},
      {"+inf", ""},
      {"-Infinity", ""},
      {"0x10", ""},
      {"1,5", ""},
      {" 1", ""},
      {"1 ", ""},
      {"1_000", ""},
      {"1f", ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const std::optional<double> value = parse_number<double>(row.text);
    CHECK((value ? repr_text(*value) : "") == row.value);
  }
}

TEST_CASE("out of range by many digits, not by the exponent") {
  const FloatEnvironment environment;
  const std::string digits(400, '9');
  CHECK(!parse_number<double>(digits));
  CHECK(!parse_number<double>(digits + "e-50"));
  CHECK(bits(*parse_number<double>("0." + std::string(400, '0') + "1")) == bits(0.0));
  CHECK(bits(*parse_number<double>("-0." + std::string(400, '0') + "1e9")) == bits(-0.0));
  CHECK(*parse_number<double>("0." + std::string(400, '0') + "1e401") == 1.0);
}

TEST_CASE("a float is rounded once") {
  const FloatEnvironment environment;
  // Just below, at and above the middle of 1 + 2^-23 and 1 + 2^-22; as a double all three are the middle.
  CHECK(bits(*parse_number<float>("1.00000017881393432617187499")) == 0x3F800001);
  CHECK(bits(*parse_number<float>("1.000000178813934326171875")) == 0x3F800002);
  CHECK(bits(*parse_number<float>("1.00000017881393432617187501")) == 0x3F800002);
  CHECK(bits(*parse_number<float>("1e-50")) == 0);
  CHECK(bits(*parse_number<float>("-1e-50")) == 0x80000000);
  CHECK(bits(*parse_number<float>("3.4028235677973366e38")) == 0x7F7FFFFF);
  CHECK(!parse_number<float>("3.4028235677973367e38"));
}

TEST_CASE("JSON numbers out of range are refused") {
  const FloatEnvironment environment;
  CHECK(!parse_json_real("1e400"));
  CHECK(!parse_json_real("-1e400"));
  CHECK(!parse_json_real("1e-400"));
  CHECK(bits(*parse_json_real("-0.0")) == bits(-0.0));
  CHECK(bits(*parse_json_real("0e-400")) == bits(0.0));
  CHECK(*parse_json_real("5e-324") == std::numeric_limits<double>::denorm_min());
  CHECK(*parse_json_integer("-9223372036854775808") == std::numeric_limits<std::int64_t>::min());
  CHECK(!parse_json_integer("9223372036854775808"));
}

TEST_CASE("a locale with a decimal comma changes nothing") {
  const FloatEnvironment environment;
  const std::string before = std::setlocale(LC_ALL, nullptr);
  const char* found = nullptr;
  for (const char* name : {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "de_DE"}) {
    if (found == nullptr) found = std::setlocale(LC_ALL, name);
  }
  if (found == nullptr) MESSAGE("skipped: no locale with a decimal comma is installed");
  CHECK(repr_text(0.5) == "0.5");
  CHECK(*parse_number<double>("0.5") == 0.5);
  CHECK(!parse_number<double>("0,5"));
  std::setlocale(LC_ALL, before.c_str());
}

}  // namespace number_text_test
