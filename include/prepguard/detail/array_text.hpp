// SPDX-License-Identifier: MIT
#pragma once

#include <cereal/cereal.hpp>
#include <cereal/types/string.hpp>
#include <cereal/types/vector.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "prepguard/array.hpp"
#include "prepguard/detail/enum_names.hpp"
#include "prepguard/detail/gather.hpp"
#include "prepguard/detail/rounded.hpp"
#include "prepguard/error.hpp"

// The `array` of the file format: `{"dtype", "values", "none", "nan"}`. A missing value is a position in `none` or
// `nan` and a 0.0 or "" in `values`, never a magic number or text.
namespace prepguard::inline PREPGUARD_ABI::detail {

[[noreturn]] inline void fail_load(Errc code, std::string_view where, std::string expected, std::string got) {
  throw Error(ErrorInfo{
      .code = code, .where = std::string(where), .expected = std::move(expected), .got = std::move(got)});
}

/// Says that the value just read is wrong, with its place where the archive knows it.
template <class Archive>
[[noreturn]] void fail_value(Archive& archive, Errc code, std::string_view what, std::string expected,
                             std::string got) {
  if constexpr (requires { archive.fail(code, expected, got); }) {
    archive.fail(code, std::move(expected), std::move(got));
  } else {
    fail_load(code, what, std::move(expected), std::move(got));
  }
}

/// Positions of the values of `array` that are missing in the way `how`.
inline std::vector<std::int64_t> missing_positions(const Array& array, Missing how) {
  std::vector<std::int64_t> positions;
  for (std::size_t i = 0; i < array.size(); ++i) {
    if (array.missing(i) == how) positions.push_back(static_cast<std::int64_t>(i));
  }
  return positions;
}

template <class Archive>
void save_array(Archive& archive, const Array& array) {
  const std::string dtype(name(array.dtype()));
  archive(cereal::make_nvp("dtype", dtype));
  if (array.is_text()) {
    std::vector<std::string> values;
    for (const OwnedText& text : array.texts()) values.push_back(text.missing == Missing::no ? text.text : "");
    archive(cereal::make_nvp("values", values));
  } else if (array.is_real()) {
    std::vector<double> values = array.reals();
    for (double& value : values) value = is_nan(&value) ? 0.0 : value;
    archive(cereal::make_nvp("values", values));
  } else if (array.dtype() == DType::boolean) {
    const std::vector<bool> values(array.integers().begin(), array.integers().end());
    archive(cereal::make_nvp("values", values));
  } else {
    archive(cereal::make_nvp("values", array.integers()));
  }
  const std::vector<std::int64_t> none = missing_positions(array, Missing::none);
  const std::vector<std::int64_t> nan = missing_positions(array, Missing::nan);
  archive(cereal::make_nvp("none", none), cereal::make_nvp("nan", nan));
}

/// Reads one list of positions and calls `mark(position)` for each; `mark` is false for one that may not be missing.
template <class Archive, class Mark>
void load_positions(Archive& archive, const char* key, std::size_t size, Mark&& mark) {
  std::vector<std::int64_t> positions;
  archive(cereal::make_nvp(key, positions));
  for (std::size_t k = 0; k < positions.size(); ++k) {
    const bool inside = positions[k] >= 0 && positions[k] < static_cast<std::int64_t>(size);
    if (inside && (k == 0 || positions[k - 1] < positions[k]) && mark(static_cast<std::size_t>(positions[k]))) continue;
    fail_value(archive, Errc::bad_state, key, "ascending positions of values that are 0.0 or \"\" and not missing twice",
               std::to_string(positions[k]));
  }
}

template <class Archive>
Array load_texts(Archive& archive) {
  std::vector<std::string> values;
  archive(cereal::make_nvp("values", values));
  Array::Texts texts(values.begin(), values.end());
  const auto marker = [&](Missing how) {
    return [&texts, how](std::size_t i) {
      if (!texts[i].text.empty() || texts[i].missing != Missing::no) return false;
      texts[i].missing = how;
      return true;
    };
  };
  load_positions(archive, "none", texts.size(), marker(Missing::none));
  load_positions(archive, "nan", texts.size(), marker(Missing::nan));
  return Array(std::move(texts));
}

template <class Archive>
Array load_reals(Archive& archive, DType dtype) {
  std::vector<double> values;
  archive(cereal::make_nvp("values", values));
  for (const double value : values) {
    if (dtype == DType::float64 || double{round_to<float>(value)} == value) continue;
    fail_value(archive, Errc::bad_format, "values", "numbers that are exact in float32", repr_text(value));
  }
  const auto refuse = [](std::size_t) { return false; };
  const auto mark = [&values](std::size_t i) {
    if (bits_of(&values[i]) != 0) return false;
    store_nan(&values[i]);
    return true;
  };
  load_positions(archive, "none", values.size(), refuse);
  load_positions(archive, "nan", values.size(), mark);
  return Array(std::move(values), dtype);
}

template <class Archive>
Array load_integers(Archive& archive, DType dtype) {
  std::vector<std::int64_t> values;
  if (dtype == DType::boolean) {
    std::vector<bool> flags;
    archive(cereal::make_nvp("values", flags));
    values.assign(flags.begin(), flags.end());
  } else {
    archive(cereal::make_nvp("values", values));
  }
  const auto refuse = [](std::size_t) { return false; };
  load_positions(archive, "none", values.size(), refuse);
  load_positions(archive, "nan", values.size(), refuse);
  return Array(std::move(values), dtype);
}

template <class Archive>
void load_array(Archive& archive, Array& array) {
  std::string text;
  archive(cereal::make_nvp("dtype", text));
  DType dtype{};
  if (!from_name(text, dtype)) fail_value(archive, Errc::bad_state, "dtype", choices<DType>(), '"' + text + '"');
  if (dtype == DType::string) {
    array = load_texts(archive);
  } else if (dtype == DType::float32 || dtype == DType::float64) {
    array = load_reals(archive, dtype);
  } else {
    array = load_integers(archive, dtype);
  }
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
