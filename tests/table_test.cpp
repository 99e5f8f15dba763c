// SPDX-License-Identifier: MIT
#include "prepguard/table.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "cells.hpp"
#include "prepguard/detail/gather.hpp"
#include "prepguard/schema.hpp"

namespace table_test {
namespace {

using prepguard::Binding;
using prepguard::Column;
using prepguard::DType;
using prepguard::Errc;
using prepguard::Kind;
using prepguard::Matrix;
using prepguard::Missing;
using prepguard::MixedView;
using prepguard::Schema;
using prepguard::Table;
using prepguard::TableColumn;
using prepguard::Text;
using prepguard::Validity;

template <class Values>
constexpr bool is_column = std::is_convertible_v<Values, TableColumn::Values>;

// Conversion is exact or does not compile; text is text.
static_assert(is_column<std::vector<double>&> && is_column<std::vector<float>&> &&
              is_column<std::span<const bool>>);
static_assert(is_column<std::vector<std::int64_t>&> && is_column<std::vector<std::int32_t>&>);
static_assert(is_column<std::vector<std::string>&> && is_column<std::vector<std::string_view>&>);
static_assert(is_column<std::vector<Text>&>);
static_assert(!is_column<std::vector<long double>&> && !is_column<std::vector<std::uint64_t>&>);
static_assert(!is_column<std::vector<bool>&>, "packed bits are no bools in memory");

Schema schema_of(std::initializer_list<Column> columns) {
  return Schema(std::vector<Column>(columns));
}

/// The cells of a table as the steps see them.
template <class T>
struct Filled {
  Matrix<T> numbers;
  Matrix<Text> texts;
};
template <class T>
Filled<T> filled(const Table& table, const Schema& schema) {
  Filled<T> cells{Matrix<T>(table.rows(), schema.layout().numbers()),
                  Matrix<Text>(table.rows(), schema.layout().texts())};
  const Binding binding = schema.bind(table);
  prepguard::detail::TableSource<T>(table, schema, binding).fill(0, MixedView<T>(cells.numbers, cells.texts));
  return cells;
}

}  // namespace

TEST_CASE("table: columns of one length, each with a name of its own") {
  const std::vector<double> lengths = {1.5, 2.5, 3.5};
  const std::vector<std::string> islands = {"Biscoe", "Dream", "Dream"};
  Table table;
  CHECK(table.rows() == 0);
  table.add("length", lengths).add("island", islands);
  CHECK(table.rows() == 3);
  CHECK(table.cols() == 2);
  CHECK_FALSE(table.columns()[0].is_text());
  CHECK(table.columns()[1].is_text());

  cells::check_error([&] { table.add("length", lengths); }, Errc::bad_parameter,
                     {"table", "\"length\"", "twice"});
  cells::check_error([&] { table.add("", lengths); }, Errc::bad_parameter, {"table", "empty name"});
  const std::vector<float> short_column = {1};
  cells::check_error([&] { table.add("mass", short_column); }, Errc::bad_shape,
                     {"table", "\"mass\"", "expected 3 rows", "got 1"});
  CHECK(table.cols() == 2);
  CHECK(table.rows() == 3);
}

TEST_CASE("validity: least significant bit first, from any offset, as in Arrow") {
  const std::array<std::uint8_t, 2> bits = {0b0000'0101, 0b1000'0000};
  const Validity all;
  CHECK(all(0));
  CHECK(all(1'000'000));
  const Validity from_start{bits.data()};
  CHECK(from_start(0));
  CHECK_FALSE(from_start(1));
  CHECK(from_start(2));
  CHECK(from_start(15));
  const Validity from_two{bits.data(), 2};
  CHECK(from_two(0));
  CHECK_FALSE(from_two(1));
  CHECK(from_two(13));
}

TEST_CASE_TEMPLATE("table: every type of column becomes cells", T, float, double) {
  const std::vector<double> doubles = {0.1, cells::nan<double>};
  const std::vector<float> floats = {0.1f, cells::nan<float>};
  const std::vector<std::int64_t> longs = {-5, 1LL << 24};
  const std::vector<std::int32_t> ints = {7, -8};
  const bool bools[] = {true, false};
  const std::vector<Text> texts = {"a", Text(Missing::none)};
  const std::vector<std::string_view> views = {"b", ""};
  const std::vector<std::string> strings = {"c", "d"};
  Table table;
  table.add("doubles", doubles)
      .add("texts", texts)
      .add("floats", floats)
      .add("longs", longs)
      .add("ints", ints);
  table.add("bools", std::span<const bool>(bools)).add("views", views).add("strings", strings);

  const Schema schema = schema_of({{.name = "doubles"},
                                   {.name = "floats"},
                                   {.name = "longs"},
                                   {.name = "ints"},
                                   {.name = "bools"},
                                   {.name = "texts", .dtype = DType::string},
                                   {.name = "views", .dtype = DType::string},
                                   {.name = "strings", .dtype = DType::string}});
  const Filled<T> got = filled<T>(table, schema);
  // A double is rounded once, a float widened exactly.
  const T tenth = std::is_same_v<T, float> ? T(0.1f) : T(0.1);
  CHECK(cells::difference(got.numbers, {{tenth, T(0.1f), -5, 7, 1},
                                        {cells::nan<T>, cells::nan<T>, T(1 << 24), -8, 0}}) == "");
  CHECK(cells::difference(got.texts, {{"a", "b", "c"}, {Text(Missing::nan), "", "d"}}) == "");
}

TEST_CASE("table: missing cells of every type, spelled as in training") {
  const std::uint8_t second_only = 0b10;
  const Validity validity{&second_only};
  const std::vector<double> doubles = {1, 2};
  const std::vector<std::int64_t> longs = {3, 4};
  const std::vector<std::string> strings = {"c", "d"};
  Table table;
  table.add("x", doubles, validity).add("n", longs, validity).add("s", strings, validity);

  Schema schema = schema_of({{.name = "x"}, {.name = "n"}, {.name = "s", .dtype = DType::string}});
  CHECK(cells::difference(filled<double>(table, schema).numbers,
                          {{cells::nan<double>, cells::nan<double>}, {2, 4}}) == "");
  CHECK(cells::difference(filled<double>(table, schema).texts, {{Text(Missing::nan)}, {"d"}}) == "");

  schema = schema_of({{.name = "s", .dtype = DType::string, .texts = {.count = 9, .none = 1}}});
  CHECK(cells::difference(filled<double>(table, schema).texts, {{Text(Missing::none)}, {"d"}}) == "");
}

TEST_CASE("schema: columns are found by name, in any order, among others") {
  const std::vector<double> a = {1}, b = {2}, c = {3};
  const Schema schema = schema_of({{.name = "a"}, {.name = "b"}, {.name = "c", .used = false}});
  Table table;
  table.add("b", b).add("other", c).add("a", a);
  const Binding binding = schema.bind(table);
  CHECK(binding[0] == 2);
  CHECK(binding[1] == 0);
  CHECK(binding[2] == Binding::absent);  // no step reads it
  CHECK(binding.extra() == 1);
  CHECK(cells::difference(filled<double>(table, schema).numbers, {{1, 2, cells::nan<double>}}) == "");
}

TEST_CASE_TEMPLATE(
    "binding: the table it was made for, its copies and any other of that shape are read alike", T, float,
    double) {
  std::vector<double> a = {1, 2, 3};
  const std::vector<std::int64_t> b = {4, 5, 6};
  const std::vector<std::string> c = {"x", "y", "z"};
  const std::vector<float> d = {7, 8, 9};
  const std::array<std::uint8_t, 1> bits = {0b0000'0101};
  const Schema schema = schema_of({{.name = "d"}, {.name = "a"}, {.name = "b"}});
  const auto table_of = [&](std::span<const double> first) {
    Table table;
    table.add("a", first).add("b", b).add("c", c).add("d", d, Validity{bits.data()});
    return table;
  };
  Table table = table_of(a);
  const Binding binding = schema.bind(table);
  const auto read = [&](const Table& some) {
    schema.check(some, binding);
    Filled<T> made{Matrix<T>(3, 3), Matrix<Text>(3, 0)};
    prepguard::detail::TableSource<T>(some, schema, binding).fill(0, MixedView<T>(made.numbers, made.texts));
    return made.numbers;
  };
  CHECK(cells::difference(read(table), {{7, 1, 4}, {cells::nan<T>, 2, 5}, {9, 3, 6}}) == "");
  a = {10, 20, 30};  // what the table shows has changed, the table has not
  CHECK(cells::difference(read(table), {{7, 10, 4}, {cells::nan<T>, 20, 5}, {9, 30, 6}}) == "");
  const Table copy = table;
  CHECK(cells::difference(read(copy), read(table)) == "");
  const std::vector<double> others = {-1, -2, -3};
  const Table other = table_of(others);
  CHECK(cells::difference(read(other), {{7, -1, 4}, {cells::nan<T>, -2, 5}, {9, -3, 6}}) == "");
  table.add("e", a);
  CHECK(cells::difference(read(table), read(copy)) == "");
  // One row of the middle, as in tiles.
  Filled<T> row{Matrix<T>(1, 3), Matrix<Text>(1, 0)};
  prepguard::detail::TableSource<T>(copy, schema, binding).fill(1, MixedView<T>(row.numbers, row.texts));
  CHECK(cells::difference(row.numbers, {{cells::nan<T>, 20, 5}}) == "");
}

TEST_CASE("binding: a table that was moved away, or one of other columns, is refused") {
  const std::vector<double> a = {1}, b = {2};
  const std::vector<std::string> text = {"1"};
  const Schema schema = schema_of({{.name = "a"}, {.name = "b"}}),
               reversed = schema_of({{.name = "b"}, {.name = "a"}});
  Table table, swapped, of_text;
  table.add("a", a).add("b", b);
  swapped.add("b", b).add("a", a);
  of_text.add("a", text).add("b", b);
  const Binding binding = schema.bind(table);
  CHECK_NOTHROW(schema.check(table, binding));
  for (const Table& other : {swapped, of_text, Table()})
    cells::check_error([&] { schema.check(other, binding); }, Errc::bad_schema, {"other columns"});
  cells::check_error([&] { reversed.check(table, binding); }, Errc::bad_schema, {"other columns"});
  const Table kept = std::move(table);
  CHECK_NOTHROW(schema.check(kept, binding));
  cells::check_error([&] { schema.check(table, binding); }, Errc::bad_schema, {"other columns"});
  Schema moved = schema;
  const Schema owner = std::move(moved);
  CHECK_NOTHROW(owner.check(kept, binding));
  cells::check_error([&] { moved.check(kept, binding); }, Errc::bad_schema, {"other columns"});
}

TEST_CASE("schema: the first missing column and the first of another kind are named") {
  const std::vector<double> numbers = {1};
  const std::vector<std::string> texts = {"x"};
  const Schema schema = schema_of({{.name = "a"}, {.name = "b"}, {.name = "island", .dtype = DType::string}});
  Table table;
  table.add("a", numbers).add("bb", numbers).add("island", texts);
  cells::check_error(
      [&] { static_cast<void>(schema.bind(table)); }, Errc::bad_schema,
      {"missing column", "\"b\" (2 of 3)", "first unknown column is \"bb\"", "order does not matter"});
  table.add("b", texts);
  cells::check_error([&] { static_cast<void>(schema.bind(table)); }, Errc::bad_schema,
                     {"wrong kind of column", "\"b\" (2 of 3)", "expected number", "got text"});
  Table swapped;
  swapped.add("a", numbers).add("b", numbers).add("island", numbers);
  cells::check_error([&] { static_cast<void>(schema.bind(swapped)); }, Errc::bad_schema,
                     {"\"island\" (3 of 3)", "expected text", "got number"});
}

TEST_CASE("layout: the place of every column among those of its kind") {
  const prepguard::Layout layout({Kind::number, Kind::text, Kind::number, Kind::text});
  CHECK(layout.size() == 4);
  CHECK(layout.numbers() == 2);
  CHECK(layout.texts() == 2);
  CHECK(layout.slot(2) == 1);
  CHECK(layout.slot(3) == 1);
  CHECK(prepguard::Layout(3, Kind::text).texts() == 3);
  CHECK(prepguard::Layout(2, Kind::number) == prepguard::Layout({Kind::number, Kind::number}));
}

TEST_CASE("text: bytes, and two ways of being missing") {
  static_assert(sizeof(Text) == 2 * sizeof(void*) && std::is_trivially_copyable_v<Text>);
  CHECK(Text() == Text(""));
  CHECK(Text(std::string_view()) == Text(""));
  CHECK_FALSE(Text("").is_missing());
  CHECK(Text(Missing::none) == Text(Missing::none));
  CHECK_FALSE(Text(Missing::none) == Text(Missing::nan));
  CHECK_FALSE(Text(Missing::none) == Text("None"));
  CHECK_FALSE(Text(Missing::none) == Text(""));
  CHECK(Text(Missing::no) == Text(""));
  CHECK_FALSE(Text("caf\u00e9") == Text("cafe\u0301"));  // one look, two spellings: bytes decide
  CHECK_FALSE(Text(std::string_view("a\0", 2)) == Text("a"));
}

}  // namespace table_test
