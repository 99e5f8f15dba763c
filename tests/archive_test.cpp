// SPDX-License-Identifier: MIT
#include "prepguard/archive.hpp"

#include <doctest/doctest.h>
#include <pthread.h>

#include <cereal/types/list.hpp>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <list>
#include <string>
#include <string_view>
#include <vector>

#include "archive_sample.hpp"
#include "json_copy.hpp"
#include "prepguard/error.hpp"

namespace archive_test {

using namespace std::string_literals;
using prepguard::Errc;
using prepguard::Error;
using prepguard::TextInputArchive;
using prepguard::TextOutputArchive;
using prepguard_tests::Document;
using prepguard_tests::JsonCopy;
using prepguard_tests::Node;
using prepguard_tests::Statistics;

template <class T>
std::string saved(const T& value) {
  std::string text;
  TextOutputArchive archive(text);
  archive(value);
  return text;
}

/// What `action` throws: "bad_format: path (line n): expected ..., got ..."; "ok" if nothing.
template <class Action>
std::string outcome(Action&& action) {
  try {
    action();
    return "ok";
  } catch (const Error& error) {
    return std::string(name(error.code())) + ": " + error.what();
  }
}

template <class T>
std::string load_outcome(std::string_view text) {
  return outcome([&] {
    T value{};
    TextInputArchive archive(text);
    archive(value);
  });
}

/// The checks of the constructor alone.
std::string check_outcome(std::string_view text) {
  return outcome([&] { TextInputArchive archive(text); });
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != text.npos);
  return text.replace(at, from.size(), to);
}

Document sample() {
  Document document;
  Node scaler;
  scaler.scale = {.dtype = "float64", .values = {0.1, 2.5, 0.0}, .nan = {2}};
  scaler.names = {"age", "h\xC3\xA9ight", "a\"b\\c\n\x1F\x7F/"};
  scaler.used = {true, false};
  document.pipeline.type = "pipeline";
  document.pipeline.steps = {scaler, Node{}};
  return document;
}

TEST_CASE("text is what Python's json.dumps(indent=4, ensure_ascii=False) writes") {
  CHECK(saved(Statistics{"float32", {1.0, -0.0, 1e-5, 1e16}, {}}) ==
        "{\n    \"dtype\": \"float32\",\n    \"values\": [\n        1.0,\n        -0.0,\n        1e-05,\n"
        "        1e+16\n    ],\n    \"nan\": []\n}");
  CHECK(saved(std::vector<std::string>{"\"\\\b\f\n\r\t\x01\x1F\x7F/\xE2\x82\xAC"}) ==
        "[\n    \"\\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u001f\x7F/\xE2\x82\xAC\"\n]");
  CHECK(saved(std::vector<std::vector<bool>>{{}, {true, false}}) ==
        "[\n    [],\n    [\n        true,\n        false\n    ]\n]");
  CHECK(saved(std::vector<Document>{}) == "[]");
  CHECK(saved(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
}

TEST_CASE("what is saved is loaded") {
  const Document document = sample();
  const std::string text = saved(document);
  Document loaded;
  loaded.pipeline.names = {"left over"};
  TextInputArchive archive(text);
  archive(loaded);
  CHECK(loaded == document);
  CHECK(saved(loaded) == text);
}

TEST_CASE("white space, key order and escapes are free") {
  const std::string text = saved(sample());
  std::string dense;
  for (const char c : text) {
    if (c != ' ' && c != '\n') dense += c;
  }
  std::string spaced;
  for (const char c : text) spaced += c == '\n' ? "\r\n\t \n"s : std::string(1, c);
  for (const std::string& variant :
       {dense, spaced, JsonCopy(text).reversed(), replaced(text, "age", "\\u0061\\u0067e"),
        replaced(text, "\"type\"", "\"t\\u0079pe\""), replaced(text, "1f", "1F")}) {
    CHECK(variant != text);
    Document loaded;
    TextInputArchive archive(variant);
    archive(loaded);
    CHECK(loaded == sample());
  }
  CHECK(JsonCopy(dense).canonical() == text);
  std::vector<std::string> escapes;
  TextInputArchive archive("[\"\\u00e9 \\u20AC \\ud83d\\ude00 \\uDBFF\\uDFFF \\/\\b\\f\\n\\r\\t\\\"\\\\\"]");
  archive(escapes);
  std::vector<std::string> borders;
  TextInputArchive border_archive("[\"\\u0001\\u007f\\u0080\\u07ff\\u0800\\uffff\\ud800\\udc00\"]");
  border_archive(borders);
  CHECK(borders.at(0) == "\x01\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80\xEF\xBF\xBF\xF0\x90\x80\x80");
  CHECK(escapes.at(0) == "\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80 \xF4\x8F\xBF\xBF /\b\f\n\r\t\"\\");
}

TEST_CASE("grammar") {
  for (const char* text :
       {"{}", "[]", " [ ] ", "1", "-1.5e-3", "\"\"", "true", "false", "[[],{}]", "{\"\":{}}", "[0]", "[0.0]",
        "[-0.0]", "[1e5,1E5,1e+5,1e-5,0e0,0E+00]", "[5e-324]", "[\"\\u0001\\u001f\x7F\"]"}) {
    CAPTURE(text);
    CHECK(check_outcome(text) == "ok");
  }
  const struct {
    std::string text;
    const char* words;
  } rows[] = {
      {"", "got the end of the text"},
      {" ", "got the end of the text"},
      {"[", "the end of the text"},
      {"{", "a key in double quotes, got the end"},
      {"[1", "',' or ']', got the end"},
      {"[1}", "',' or ']', got '}'"},
      {"{\"a\":1]", "',' or '}', got ']'"},
      {"[1,]", "got ']'"},
      {"[,1]", "got ','"},
      {"[1 2]", "',' or ']', got '2'"},
      {"{\"a\":1,}", "a key in double quotes, got '}'"},
      {"{\"a\" 1}", "':', got '1'"},
      {"{a:1}", "a key in double quotes, got 'a'"},
      {"{1:1}", "a key in double quotes"},
      {"{\"a\"}", "':', got '}'"},
      {"[1]x", "the end of the text, got 'x'"},
      {"{}{}", "the end of the text, got '{'"},
      {"[null]", "[0] (line 1): expected an object, an array, a string, a number, true or false, got null"},
      {"{\"a\":[1,{\"b\":[0,{}],\"c\":[{\"d\":[]},[3,null]]}]}", "a[1].c[1][1] (line 1): expected"},
      {"[[],{\"x\":1},\n{]", "[2] (line 2): expected a key"},
      {"[\x7F]", "got byte 0x7f"},
      {"[~]", "got '~'"},
      {"[NaN]", "got NaN"},
      {"[Infinity]", "got Infinity"},
      {"[-Infinity]", "a digit, got Infinity"},
      {"[nan]", "got 'n'"},
      {"[True]", "got 'T'"},
      {"[tru]", "got 't'"},
      {"[truee]", "',' or ']', got 'e'"},
      {"[1/*x*/]", "got '/'"},
      {"[+1]", "got '+'"},
      {"[.5]", "got '.'"},
      {"[1.]", "a digit, got ']'"},
      {"[1.e5]", "a digit, got 'e'"},
      {"[1e]", "a digit, got ']'"},
      {"[1e+]", "a digit"},
      {"[-]", "a digit"},
      {"[--1]", "a digit, got '-'"},
      {"[01]", "without leading zeros"},
      {"[-01]", "without leading zeros"},
      {"[00.5]", "without leading zeros"},
      {"[0x10]", "got 'x'"},
      {"[1_000]", "got '_'"},
      {"[-0]", "0 or -0.0, got -0"},
      {"[9223372036854775808]", "fits 64 bits, got 9223372036854775808"},
      {"[-9223372036854775809]", "fits 64 bits"},
      {"[1e400]", "fits a double, got 1e400"},
      {"[-1e400]", "fits a double"},
      {"[1e-400]", "fits a double, got 1e-400"},
      {"[2e-324]", "fits a double"},
      {"\xEF\xBB\xBF{}", "got byte 0xef"},
      {"[\x0B"
       "1]",
       "got byte 0x0b"},
      {"[\xC2\xA0"
       "1]",
       "got byte 0xc2"},
      {"[\0]"s, "got byte 0x00"},
      {"['a']", "got '''"},
  };
  for (const auto& row : rows) {
    const std::string result = check_outcome(row.text);
    INFO(row.text);
    INFO(result);
    CHECK(result.starts_with("bad_format: "));
    CHECK(result.find(row.words) != result.npos);
  }
}

TEST_CASE("strings") {
  for (const char* text :
       {"\x7F", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80", "\xEF\xBF\xBF",
        "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF", "\\ud7ff", "\\ue000", "\\uffff", "\\ud800\\udc00"}) {
    CAPTURE(text);
    CHECK(check_outcome("[\"" + std::string(text) + "\"]") == "ok");
  }
  const struct {
    std::string text;
    const char* words;
  } rows[] = {
      {"\x80", "valid UTF-8"},
      {"\xC0\x80", "valid UTF-8"},
      {"\xC1\xBF", "valid UTF-8"},
      {"\xC3", "valid UTF-8"},
      {"\xC3(", "valid UTF-8"},
      {"\xE0\x9F\xBF", "valid UTF-8"},
      {"\xE2\x82", "valid UTF-8"},
      {"\xE2(\xA1", "valid UTF-8"},
      {"\xED\xA0\x80", "valid UTF-8"},
      {"\xED\xBF\xBF", "valid UTF-8"},
      {"\xF0\x8F\xBF\xBF", "valid UTF-8"},
      {"\xF0\x90\x80", "valid UTF-8"},
      {"\xF0\x90(\x80", "valid UTF-8"},
      {"\xF4\x90\x80\x80", "valid UTF-8"},
      {"\xF5\x80\x80\x80", "valid UTF-8"},
      {"\xFF", "valid UTF-8"},
      {"\n", "no raw control character"},
      {"\x1F", "no raw control character"},
      {"\0"s, "no raw control character"},
      {"\\u0000", "not 0000"},
      {"\\ud800", "surrogate pair"},
      {"\\ud800x", "surrogate pair"},
      {"\\ud800\\n", "surrogate pair"},
      {"\\ud800\\u0041", "surrogate pair"},
      {"\\ud800\\ud800", "surrogate pair"},
      {"\\ud800\\ue000", "surrogate pair"},
      {"\\udc00", "surrogate pair"},
      {"\\udfff\\ud800", "surrogate pair"},
      {"\\u12", "four hexadecimal digits"},
      {"\\u12g4", "four hexadecimal digits"},
      {"\\u-123", "four hexadecimal digits"},
      {"\\u+123", "four hexadecimal digits"},
      {"\\x41", "after a backslash, got 'x'"},
      {"\\\n", "after a backslash, got byte 0x0a"},
      {"\\'", "after a backslash"},
      {"\\\0"s, "after a backslash"},
      {"\\N", "after a backslash"},
  };
  for (const auto& row : rows) {
    const std::string result = check_outcome("{\"k\":\"" + row.text + "\"}");
    INFO(result);
    CHECK(result.starts_with("bad_format: k (line 1): expected "));
    CHECK(result.find(row.words) != result.npos);
  }
  for (const char* cut :
       {"\"", "\"a", "\"\\", "\"\\u", "\"\\u004", "\"\\ud800", "\"\\ud800\\u", "\"\xE2\x82"}) {
    CHECK(check_outcome(cut).starts_with("bad_format: "));
  }
}

TEST_CASE("limits, met and passed by one") {
  const auto repeat = [](std::string_view text, std::size_t count) {
    std::string all;
    for (; count > 0; --count) all += text;
    return all;
  };
  const auto keys = [](int count) {
    std::string all = "{";
    for (int i = 0; i < count; ++i) all += (i > 0 ? ",\"" : "\"") + std::to_string(i) + "\":1";
    return all + "}";
  };
  constexpr std::size_t mib = std::size_t{1} << 20;
  constexpr std::size_t most = std::size_t{1} << 22;
  const struct {
    std::string good;
    std::string bad;
    const char* words;
  } rows[] = {
      {repeat("[", 32) + repeat("]", 32), repeat("[", 33) + repeat("]", 33), "at most 32 levels"},
      {repeat("{\"a\":", 31) + "{}" + repeat("}", 31), repeat("{\"a\":", 32) + "{}" + repeat("}", 32),
       "at most 32 levels"},
      {keys(64), keys(65), "at most 64 keys"},
      {"\"" + repeat("x", mib) + "\"", "\"" + repeat("x", mib + 1) + "\"", "at most 1 MiB"},
      {"\"" + repeat("\\u20ac", mib / 3) + "x\"", "\"" + repeat("\\u20ac", mib / 3) + "xx\"",
       "at most 1 MiB"},
      {"\"" + repeat("\\u0041", mib) + "\"", "\"" + repeat("\\u0041", mib) + "x\"", "at most 1 MiB"},
      {"\"" + repeat("\\ud800\\udc00", mib / 4) + "\"", "\"" + repeat("\\ud800\\udc00", mib / 4) + "x\"",
       "at most 1 MiB"},
      {"\"" + repeat("\\u00e9", mib / 2) + "\"", "\"" + repeat("\\u00e9", mib / 2) + "x\"", "at most 1 MiB"},
      {"{\"" + repeat("k", mib) + "\":1}", "{\"" + repeat("k", mib + 1) + "\":1}", "at most 1 MiB"},
      {"0." + repeat("1", 62), "0." + repeat("1", 63), "at most 64 characters, got 65"},
      {"[" + repeat("0,", most - 2) + "0]", "[" + repeat("0,", most - 1) + "0]", "at most 4194304 values"},
      {"{\"a\":[" + repeat("0,", most - 4) + "0]}", "{\"a\":[" + repeat("0,", most - 3) + "0]}",
       "at most 4194304 values"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.words);
    CHECK(check_outcome(row.good) == "ok");
    const std::string result = check_outcome(row.bad);
    CHECK(result.starts_with("bad_format: "));
    CHECK(result.find(row.words) != result.npos);
  }
}

TEST_CASE("duplicate keys") {
  CHECK(check_outcome("{\"a\":1,\"b\":{\"a\":2},\"c\":[{\"a\":1},{\"a\":1}]}") == "ok");
  CHECK(check_outcome("{\"a\":1,\n\"b\":2,\n\"a\":3}") ==
        "bad_format: b (line 3): expected every key once, got \"a\" again");
  CHECK(check_outcome("{\"a\":{\"b\":1,\"\\u0062\":2}}").find("got \"b\" again") != std::string::npos);
  CHECK(check_outcome("{\"\":1,\"\":2}").find("got \"\" again") != std::string::npos);
}

TEST_CASE("kinds, keys and sizes, with path and line") {
  const std::string text = saved(sample());
  CHECK(load_outcome<Document>(text) == "ok");
  const struct {
    const char* from;
    const char* to;
    const char* message;
  } rows[] = {
      {"2.5", "3", "pipeline.steps[0].scale.values[1] (line 25): expected a floating-point number, got 3"},
      {"2.5", "\"x\"",
       "pipeline.steps[0].scale.values[1] (line 25): expected a floating-point number, got \"x\""},
      {"2.5", "true",
       "pipeline.steps[0].scale.values[1] (line 25): expected a floating-point number, got true"},
      {"2.5", "[]",
       "pipeline.steps[0].scale.values[1] (line 25): expected a floating-point number, got an array"},
      {"\"version\": 1", "\"version\": 1.0", "pipeline.version (line 5): expected an integer, got 1.0"},
      {"\"version\": 1", "\"version\": 1e0", "pipeline.version (line 5): expected an integer, got 1e0"},
      {"\"version\": 1", "\"version\": {}", "pipeline.version (line 5): expected an integer, got an object"},
      {"true", "1", "pipeline.with_mean (line 6): expected true or false, got 1"},
      {"true", "\"true\"", "pipeline.with_mean (line 6): expected true or false, got \"true\""},
      {"\"pipeline\",", "7,", "pipeline.type (line 4): expected a string, got 7"},
      {"\"scale\": {", "\"scale\": [], \"x\": {",
       "pipeline.scale (line 8): expected an object, got an array"},
      {"\"names\": []", "\"names\": {}", "pipeline.names (line 13): expected an array, got an object"},
      {"\"names\": []", "\"names\": \"a\"", "pipeline.names (line 13): expected an array, got \"a\""},
      {"\"with_mean\": true,", "", "pipeline (line 3): expected the key \"with_mean\", got none"},
      {"\"with_mean\"", "\"With_mean\"", "pipeline (line 3): expected the key \"with_mean\", got none"},
      {"\"with_mean\"", "\"clip\": 1, \"with_mean\"",
       "pipeline.clip (line 6): expected a known key, got \"clip\""},
      {"\"steps\": [", "\"x\\n\": 1, \"steps\": [",
       "pipeline.x\\n (line 15): expected a known key, got \"x\\n\""},
      {"\"dtype\"", "\"\\u0064\\u0074\": 0, \"dtype\"",
       "pipeline.scale.dt (line 9): expected a known key, got \"dt\""},
  };
  for (const auto& row : rows) {
    CHECK(load_outcome<Document>(replaced(text, row.from, row.to)) == "bad_format: "s + row.message);
  }
  CHECK(load_outcome<Statistics>("{\"dtype\": \"\", \"values\": [1E5, 1e+5], \"nan\": []}") == "ok");
  CHECK(load_outcome<Statistics>("{\"dtype\": \"\", \"values\": [], \"nan\": [],\n\"z\": 1}") ==
        "bad_format: z (line 2): expected a known key, got \"z\"");
  CHECK(load_outcome<Document>("[]") == "bad_format: document (line 1): expected an object, got an array");
  CHECK(load_outcome<Document>("{}") ==
        "bad_format: document (line 1): expected the key \"library\", got none");
  CHECK(load_outcome<std::vector<Document>>("{}") ==
        "bad_format: document (line 1): expected an array, got an object");
  CHECK(load_outcome<double>("\n\n1") ==
        "bad_format: document (line 3): expected a floating-point number, got 1");
  CHECK(load_outcome<std::vector<std::string>>("[\"" + std::string(100, 'x') + "\", 1]") ==
        "bad_format: [1] (line 1): expected a string, got 1");
}

TEST_CASE("long keys and values are cut in messages, between characters") {
  std::string key;
  for (int i = 0; i < 100; ++i) key += "\xE2\x82\xAC";
  const std::string message = load_outcome<std::vector<Statistics>>("[{\"" + key + "\": 1, \"dtype\": 1}]");
  CHECK(message.size() < 200);
  const std::string extra = "{\"" + key + "\": 1, \"dtype\": \"\", \"values\": [], \"nan\": []}";
  CHECK(load_outcome<Statistics>(extra).ends_with("got \"" + key.substr(0, 60) + "...\""));
  CHECK(load_outcome<Statistics>("{\"dtype\": \"\", \"values\": \"x" + key + "\"}").size() < 200);
}

TEST_CASE("the first line's number can be chosen") {
  const std::string text = replaced(saved(sample()), "2.5", "3");
  CHECK(outcome([&] {
          Document document;
          TextInputArchive archive(text, 3);
          archive(document);
        }).find("values[1] (line 27)") != std::string::npos);
  CHECK(outcome([] { TextInputArchive archive("\n x", 3); }).find("(line 4)") != std::string::npos);
}

/// A user's hook that finds a value it does not like.
struct Positive {
  double value = 1.0;
  template <class Archive>
  void save(Archive& archive) const {
    archive(cereal::make_nvp("value", value));
  }
  template <class Archive>
  void load(Archive& archive) {
    CHECK(archive.path().starts_with("["));
    archive(cereal::make_nvp("value", value));
    if (value <= 0) archive.fail(Errc::bad_state, "a number > 0", "0.0");
  }
};

TEST_CASE("hooks report values at their place") {
  CHECK(load_outcome<std::vector<Positive>>("[\n{\"value\": 1.0},\n{\"value\":\n0.0}]") ==
        "bad_state: [1].value (line 4): expected a number > 0, got 0.0");
  std::vector<Positive> values;
  TextInputArchive archive("[\n{\"value\": 1.0}\n,{\"value\": 2.0}]");
  CHECK(archive.path().empty());
  CHECK(archive.line() == 1);
  archive(values);
  CHECK(values.size() == 2);
}

TEST_CASE("what no reader would accept is not written") {
  Document document = sample();
  document.pipeline.steps[0].scale.values[1] = std::numeric_limits<double>::infinity();
  CHECK(outcome([&] { saved(document); }) ==
        "bad_state: pipeline.steps[0].scale.values[1]: expected a finite number, got inf");
  document.pipeline.steps[0].scale.values[1] = -std::numeric_limits<double>::quiet_NaN();
  CHECK(outcome([&] { saved(document); }).ends_with("got nan"));
  CHECK(outcome([] { saved("a\0b"s); }).ends_with("got a text with a NUL character"));
  CHECK(outcome([] { saved("\xC3"s); }).ends_with("got a text that is not valid UTF-8"));
  CHECK(outcome([] {
          saved(std::string((std::size_t{1} << 20) + 1, 'x'));
        }).ends_with("got a text longer than 1 MiB"));
  CHECK(outcome([] { saved(std::string(std::size_t{1} << 20, 'x')); }) == "ok");
}

struct Unnamed {
  double value = 0.0;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(value);
  }
};

TEST_CASE("use that makes no document is refused") {
  CHECK(outcome([] { saved(Unnamed{}); }) ==
        "bad_parameter: document: expected a name for every value of an object, got none");
  CHECK(load_outcome<Unnamed>("{\"value\": 1.0}").starts_with("bad_parameter: "));
  CHECK(outcome([] {
          saved(std::list<double>{});
        }).starts_with("bad_parameter: document: expected std::vector"));
  CHECK(load_outcome<std::list<double>>("{}").starts_with("bad_parameter: "));
  double value = 1.0;
  CHECK(outcome([&] { saved(cereal::make_nvp("x", value)); }).starts_with("bad_parameter: "));
  CHECK(load_outcome<double>("1.0") == "ok");
  std::string text;
  TextOutputArchive output(text);
  CHECK(outcome([&] { output(value, value); }) ==
        "bad_parameter: document: expected one value as the document, got another");
  TextInputArchive input("1.0");
  CHECK(outcome([&] { input(cereal::make_nvp("x", value)); }).starts_with("bad_parameter: "));
  CHECK(outcome([&] { input(value, value); }).starts_with("bad_parameter: "));
  cereal::size_type size = 0;
  CHECK(outcome([&] { output(cereal::make_size_tag(size)); }).starts_with("bad_parameter: "));
  CHECK(outcome([&] { input(cereal::make_size_tag(size)); }).starts_with("bad_parameter: "));
  prepguard::detail::JsonReader reader("[1.0]");
  reader.open_array();
  reader.name_next("x");
  CHECK(outcome([&] { reader.read_real(); }) ==
        "bad_parameter: document (line 1): expected no names in an array, got x");
}

struct Pair {
  std::vector<double> values{};
  std::size_t count = 2;  // elements read, whatever the text has
  template <class Archive>
  void load(Archive& archive) {
    archive.reader().name_next("values");
    archive.reader().open_array();
    for (std::size_t i = 0; i < count; ++i) values.push_back(archive.reader().read_real());
    archive.reader().close();
  }
  template <class Archive>
  void save(Archive&) const {}
};

TEST_CASE("arrays of another length") {
  CHECK(load_outcome<Pair>("{\"values\": [1.0, 2.0]}") == "ok");
  CHECK(load_outcome<Pair>("{\"values\": [1.0]}") ==
        "bad_format: values (line 1): expected more elements, got an array of 1");
  CHECK(load_outcome<Pair>("{\"values\": [1.0, 2.0, 3.0]}") ==
        "bad_format: values (line 1): expected an array of 2, got more elements");
}

TEST_CASE("lines of paths") {
  const std::string text = saved(sample());
  using prepguard::detail::line_of;
  CHECK(line_of(text, "") == 1);
  CHECK(line_of(text, "library") == 2);
  CHECK(line_of(text, "pipeline.steps[0].scale.values[1]") == 25);
  CHECK(line_of(text, "pipeline.steps[0].scale.values[1]", 3) == 27);
  CHECK(line_of(text, "pipeline.steps[0].scale.values[99]") ==
        line_of(text, "pipeline.steps[0].scale.values"));
  CHECK(line_of(text, "pipeline.nothing[3].at.all") == line_of(text, "pipeline"));
  CHECK(line_of(text, "pipelines") == 1);
  CHECK(line_of("{\"a\":1,\n\"ab\":2}", "ab") == 2);
}

TEST_CASE("nodes") {
  const auto nodes = [](std::string_view text) {
    std::string all;
    prepguard::detail::for_each_node(
        text, [&](std::string_view path, std::string_view type, std::int64_t version) {
          all.append(path).append(" ").append(type).append(" ").append(std::to_string(version)).append("; ");
        });
    return all;
  };
  CHECK(nodes(saved(sample())) ==
        "pipeline pipeline 1; pipeline.steps[0] standard_scaler 1; pipeline.steps[1] standard_scaler 1; ");
  CHECK(
      nodes(
          "{\"x\":{\"type\":\"a\",\"version\":1},\"pipelines\":{\"type\":\"a\",\"version\":1},"
          "\"pipeline\":{\"steps\":[{\"version\":3,\"type\":\"\\u0062\"}],\"version\":2,\"type\":\"a\"}}") ==
      "pipeline a 2; pipeline.steps[0] b 3; ");
  CHECK(nodes("{\"pipeline\":[{\"type\":1,\"version\":1},{\"type\":\"a\",\"version\":1.0},{\"type\":\"a\"},{"
              "\"version\":1},"
              "{\"type\":\"a\",\"version\":\"1\"}]}")
            .empty());
  CHECK(nodes("[]").empty());
}

/// Seconds that `action` takes.
template <class Action>
double seconds(Action&& action) {
  const auto start = std::chrono::steady_clock::now();
  action();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

TEST_CASE("hostile texts are refused quickly") {
  std::string keys = "{";
  for (int i = 0; i < 1000000; ++i) keys += "\"" + std::to_string(i) + "\":1,";
  std::string long_keys = "{";
  const std::string key(std::size_t{1} << 20, 'k');
  for (int i = 0; i < 62; ++i) long_keys += "\"" + key.substr(2) + std::to_string(10 + i) + "\":1,";
  const struct {
    const char* what;
    std::string text;
  } rows[] = {
      {"64 MB of digits", std::string(64000000, '1')},
      {"64 MB of brackets", std::string(64000000, '[')},
      {"64 MB of blanks", std::string(64000000, ' ')},
      {"64 MB in a string", "\"" + std::string(64000000, 'x')},
      {"10^6 keys", keys},
      {"62 keys of 1 MiB, alike but for the end", long_keys},
  };
  for (const auto& row : rows) {
    std::string result;
    const double time = seconds([&] { result = check_outcome(row.text); });
    std::printf("hostile text: %s, refused in %.0f ms\n", row.what, 1e3 * time);
    CHECK(result.starts_with("bad_format: "));
    CHECK(result.size() < 300);
    CHECK(time < 60.0);
  }
}

TEST_CASE("elements are not made before they are read") {
  const std::string text = "[" + std::string(8000000, ' ') + "0" + [] {
    std::string rest;
    for (int i = 0; i < 1000000; ++i) rest += ",0";
    return rest + "]";
  }();
  std::vector<Document> documents;
  TextInputArchive archive(text);
  CHECK(outcome([&] { archive(documents); }) == "bad_format: [0] (line 1): expected an object, got 0");
  CHECK(documents.capacity() <= 64);
}

void* load_deep_document(void* result) {
  Document document;
  Node* innermost = &document.pipeline;
  for (int i = 0; i < 12; ++i) innermost = &innermost->steps.emplace_back();
  const std::string text = saved(document);
  Document loaded;
  TextInputArchive archive(text);
  archive(loaded);
  const std::string brackets(1000000, '[');
  *static_cast<bool*>(result) = loaded == document && check_outcome(brackets).starts_with("bad_format: ");
  return nullptr;
}

TEST_CASE("a stack of 128 KB is enough") {
  pthread_attr_t attributes;
  REQUIRE(pthread_attr_init(&attributes) == 0);
  REQUIRE(pthread_attr_setstacksize(&attributes, 128 * 1024) == 0);
  pthread_t thread;
  bool right = false;
  REQUIRE(pthread_create(&thread, &attributes, load_deep_document, &right) == 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
  CHECK(right);
}

TEST_CASE("time is linear, canonical or not") {
  for (const std::size_t count : {50000u, 400000u}) {
    Document document;
    document.pipeline.steps.resize(4);
    for (Node& step : document.pipeline.steps) step.scale.values.assign(count / 4, 0.123456789);
    const std::string text = saved(document);
    const std::string backwards = JsonCopy(text).reversed();
    Document loaded;
    const auto load = [&](std::string_view from) {
      TextInputArchive archive(from);
      archive(loaded);
    };
    const double canonical = seconds([&] { load(text); });
    const double reversed = seconds([&] { load(backwards); });
    CHECK(loaded == document);
    std::printf("load of %zu numbers: %.0f ns a number, keys backwards %.0f ns\n", count,
                1e9 * canonical / static_cast<double>(count), 1e9 * reversed / static_cast<double>(count));
    CHECK(canonical < 5e-5 * static_cast<double>(count));
    CHECK(reversed < 5e-5 * static_cast<double>(count));
  }
}

}  // namespace archive_test
