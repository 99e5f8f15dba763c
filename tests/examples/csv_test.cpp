// SPDX-License-Identifier: MIT
#include "../../examples/csv.hpp"
#include "../../examples/csv_batch.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace csv_test {
namespace {

using Records = std::vector<std::vector<std::string>>;

/// All records of `text`, the header first.
Records read(const std::string& text) {
  std::istringstream in(text);
  csv::Reader reader(in, "in.csv");
  Records records{reader.header()};
  while (reader.next()) {
    records.emplace_back();
    for (std::size_t k = 0; k < reader.header().size(); ++k) records.back().emplace_back(reader.field(k));
  }
  return records;
}

std::string error_of(const std::string& text) {
  try {
    read(text);
  } catch (const prepguard::Error& error) {
    CHECK(error.code() == prepguard::Errc::bad_schema);
    return error.what();
  }
  return "no error";
}

prepguard::Schema one_number_one_text() {
  prepguard::Column number{.name = "mass"}, text{.name = "island", .dtype = prepguard::DType::string};
  return prepguard::Schema({number, text});
}

}  // namespace

// Rules 1 to 7 of RFC 4180, section 2, with its own examples.
TEST_CASE("csv: what RFC 4180 allows") {
  CHECK(read("aaa,bbb,ccc\r\nzzz,yyy,xxx\r\n") == Records{{"aaa", "bbb", "ccc"}, {"zzz", "yyy", "xxx"}});
  CHECK(read("aaa,bbb,ccc\r\nzzz,yyy,xxx") == Records{{"aaa", "bbb", "ccc"}, {"zzz", "yyy", "xxx"}});
  CHECK(read("\"aaa\",\"bbb\",\"ccc\"\r\nzzz,yyy,xxx") ==
        Records{{"aaa", "bbb", "ccc"}, {"zzz", "yyy", "xxx"}});
  CHECK(read("x,y,z\r\n\"aaa\",\"b \r\nbb\",\"ccc\"\r\n") ==
        Records{{"x", "y", "z"}, {"aaa", "b \r\nbb", "ccc"}});
  CHECK(read("x,y,z\r\n\"aaa\",\"b\"\"bb\",\"ccc\"") == Records{{"x", "y", "z"}, {"aaa", "b\"bb", "ccc"}});
  CHECK(read("x,y\r\n a , b \r\n") == Records{{"x", "y"}, {" a ", " b "}});
}

TEST_CASE("csv: what people have beside it") {
  CHECK(read("a,b\n1,2\n") == Records{{"a", "b"}, {"1", "2"}});
  CHECK(read("\xEF\xBB\xBF"
             "a,b\n1,2\n") == Records{{"a", "b"}, {"1", "2"}});
  CHECK(read("a,b\n,\n\"\",\n") == Records{{"a", "b"}, {"", ""}, {"", ""}});
  CHECK(read("a\n\n1\n") == Records{{"a"}, {""}, {"1"}});
  CHECK(read("a,b\n") == Records{{"a", "b"}});
}

TEST_CASE("csv: damage is an error with line and column") {
  const std::vector<std::pair<std::string, std::string_view>> table{
      {"", "in.csv line 1: the file is empty"},
      {"a,b\n1,2\n3\n",
       "in.csv line 3: a record of another length: expected 2 fields as in the header, got 1 field"},
      {"a,b\n1,2,3\n",
       "in.csv line 2: a record of another length: expected 2 fields as in the header, got 3 fields"},
      {"a,b\n\"1\n\",2\n\n", "in.csv line 4: a record of another length"},
      {"a,b\n1,x\"y\n", "in.csv line 2: a quote inside an unquoted field, column \"b\""},
      {"a,b\n\"1\"x,2\n",
       "in.csv line 2: text behind a closing quote, column \"a\": expected a comma or the end of the "
       "line, got \"x\""},
      {"a,b\n1,\"2\n3,4\n", "in.csv line 2: the file ends inside quotes, column \"b\""},
      {"a,b\r1,2\r", "in.csv line 1: a carriage return without a line feed"},
      {"a,b,a\n", "in.csv line 1: two columns are called \"a\""},
  };
  for (const auto& [text, message] : table) {
    const std::string got = error_of(text);
    INFO(got);
    CHECK(got.starts_with(message));
  }
  const std::string got = error_of("a,b\n1,\"" + std::string(csv::Reader::longest_field + 1, 'x') + "\"\n");
  CHECK(got.starts_with("in.csv line 2: a field beyond 1 MiB, column \"b\""));
}

TEST_CASE("csv: batches hold what the schema asks for, in the columns' order of the file") {
  std::istringstream in("note,island,mass\nn1,Biscoe,3750\nn2,,\n\"two\nlines\",\"Dream\",-1e-5\n");
  csv::Reader reader(in, "in.csv");
  const prepguard::Schema schema = one_number_one_text();
  csv::Batch batch(reader, schema, 2);

  REQUIRE(batch.fill(reader));
  const prepguard::Table table = batch.table();
  CHECK(table.rows() == 2);
  REQUIRE(table.cols() == 3);
  CHECK(schema.bind(table).extra() == 1);
  const auto masses = std::get<std::span<const double>>(table.columns()[2].values);
  CHECK(masses[0] == 3750.0);
  CHECK(std::isnan(masses[1]));
  CHECK(table.columns()[1].validity(0));
  CHECK(!table.columns()[1].validity(1));
  CHECK(batch.line(1) == 3);

  REQUIRE(batch.fill(reader));
  CHECK(batch.rows() == 1);
  CHECK(batch.line(0) == 4);
  CHECK(batch.table().columns()[1].validity(0));
  CHECK(!batch.fill(reader));
}

TEST_CASE("csv: text where a number should be is refused with line, column and advice") {
  std::istringstream in("island,mass\nDream,NA\n");
  csv::Reader reader(in, "in.csv");
  csv::Batch batch(reader, one_number_one_text(), 10);
  CHECK_THROWS_WITH(batch.fill(reader),
                    "in.csv line 2: not a number, column \"mass\": expected a finite number, got \"NA\"; "
                    "do: leave the field empty if the value is missing");
}

TEST_CASE("csv: written numbers read back to the same bits") {
  const std::vector<float> values{0.1F,
                                  -0.0F,
                                  1e20F,
                                  1.0F / 3.0F,
                                  std::numeric_limits<float>::denorm_min(),
                                  std::numeric_limits<float>::max(),
                                  std::numeric_limits<float>::quiet_NaN()};
  std::ostringstream out;
  csv::Writer writer(out);
  writer.header({"plain", "a,b", "say \"x\"", "d", "e", "f", "g"});
  writer.row(std::span<const float>(values));
  CHECK(out.str() ==
        "plain,\"a,b\",\"say \"\"x\"\"\",d,e,f,g\r\n0.1,-0.0,1e+20,0.33333334,1e-45,3.4028235e+38,\r\n");

  std::istringstream in(out.str());
  csv::Reader reader(in, "out.csv");
  CHECK(reader.header()[2] == "say \"x\"");
  REQUIRE(reader.next());
  for (std::size_t k = 0; k + 1 < values.size(); ++k) {
    const auto value = prepguard::detail::parse_number<float>(reader.field(k));
    REQUIRE(value.has_value());
    CHECK(std::bit_cast<std::uint32_t>(*value) == std::bit_cast<std::uint32_t>(values[k]));
  }
  CHECK(reader.field(values.size() - 1).empty());
}

TEST_CASE("csv: a single missing value is no empty line") {
  const std::vector<double> missing{std::numeric_limits<double>::quiet_NaN()};
  std::ostringstream out;
  csv::Writer writer(out);
  writer.header({"a"});
  writer.row(std::span<const double>(missing));
  CHECK(out.str() == "a\r\n\"\"\r\n");
}

}  // namespace csv_test
