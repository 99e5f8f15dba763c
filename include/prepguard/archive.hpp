// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cereal/cereal.hpp>
#include <cereal/types/vector.hpp>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "prepguard/detail/json_reader.hpp"
#include "prepguard/detail/json_writer.hpp"
#include "prepguard/error.hpp"
#include "prepguard/version.hpp"

namespace prepguard::inline PREPGUARD_ABI {

/// The scalar types the text archives store, and no others.
template <class T>
concept TextScalar = std::same_as<T, bool> || std::same_as<T, std::int64_t> || std::same_as<T, double> ||
    std::same_as<T, std::string>;

/// A cereal output archive that appends canonical JSON, as Python's json.dumps(x, indent=4,
/// ensure_ascii=False), to a string:
///
///     std::string text;
///     TextOutputArchive archive(text);
///     archive(artifact);  // one value: the document
///
/// Supported are bool, std::int64_t, double, std::string, std::vector, and classes with ordinary cereal
/// functions that name every value (cereal::make_nvp). Errors: `bad_state` with the path for a number that is
/// not finite or a text no reader accepts, `bad_parameter` for a value without a name. The text is incomplete
/// then.
class TextOutputArchive : public cereal::OutputArchive<TextOutputArchive>,
                          public cereal::traits::TextArchive {
 public:
  explicit TextOutputArchive(std::string& text)
      : cereal::OutputArchive<TextOutputArchive>(this), writer_(text) {}

  /// Where the value written last stands: `pipeline.steps[1].step.scale.values[1]`.
  std::string path() const { return writer_.path(); }

  /// True while a whole file is written, whose columns tell the kinds of all cells (file.hpp).
  bool whole_file() const noexcept { return whole_file_; }
  void set_whole_file() noexcept { whole_file_ = true; }

  /// For the functions below.
  detail::JsonWriter& writer() noexcept { return writer_; }

 private:
  detail::JsonWriter writer_;
  bool whole_file_ = false;
};

/// A cereal input archive over JSON text: the strict counterpart of TextOutputArchive. It takes any white
/// space, key order and string escape; everything else that docs/format.md does not allow is an Error
/// `bad_format` with path and line: broken grammar, a limit passed, a key missing, unknown or twice, 3
/// for 3.0 or 3.0 for 3, a number out of range. The constructor checks the whole text, which must outlive the
/// archive; memory used is far below the text's size.
class TextInputArchive : public cereal::InputArchive<TextInputArchive>, public cereal::traits::TextArchive {
 public:
  /// `first_line`: number of the text's first line in its file, for messages.
  explicit TextInputArchive(std::string_view text, std::size_t first_line = 1)
      : cereal::InputArchive<TextInputArchive>(this), reader_(text, first_line) {}

  /// Where the value read last stands: `pipeline.steps[1].step.scale.values[1]`.
  std::string path() const { return reader_.path(); }

  /// The line on which the value read last begins.
  std::size_t line() const noexcept { return reader_.line(); }

  /// Throws an Error about the value read last: `path (line n): expected ..., got ...`.
  [[noreturn]] void fail(Errc code, std::string expected, std::string got) const {
    reader_.fail(code, std::move(expected), std::move(got));
  }

  /// True while a whole file is read: hooks then leave checks of invariants to file.hpp, which makes them when
  /// everything is there.
  bool whole_file() const noexcept { return whole_file_; }
  void set_whole_file() noexcept { whole_file_ = true; }

  /// For the functions below.
  detail::JsonReader& reader() noexcept { return reader_; }

 private:
  detail::JsonReader reader_;
  bool whole_file_ = false;
};

}  // namespace prepguard::inline PREPGUARD_ABI

CEREAL_SETUP_ARCHIVE_TRAITS(prepguard::TextInputArchive, prepguard::TextOutputArchive)

namespace prepguard::inline PREPGUARD_ABI {

// What cereal calls: prologue and epilogue round every value, save or load for the values themselves.

namespace detail {

template <class T>
inline constexpr bool is_vector = false;
template <class T, class Allocator>
inline constexpr bool is_vector<std::vector<T, Allocator>> = true;

/// Wrappers and values that open no container of their own.
template <class T>
inline constexpr bool is_leaf = std::is_arithmetic_v<T> || std::same_as<T, std::string>;
template <class T>
inline constexpr bool is_leaf<cereal::NameValuePair<T>> = true;
template <class T>
inline constexpr bool is_leaf<cereal::SizeTag<T>> = true;

template <class T, class Archive>
constexpr bool opens_container() {
  if constexpr (is_leaf<T>) {
    return false;
  } else if constexpr (std::same_as<Archive, TextOutputArchive>) {
    return !cereal::traits::has_minimal_output_serialization<T, Archive>::value;
  } else {
    return !cereal::traits::has_minimal_input_serialization<T, Archive>::value;
  }
}

template <class T, class Archive, class Stream>
void open_container(Stream& stream) {
  if constexpr (is_vector<T>) {
    stream.open_array();
  } else if constexpr (opens_container<T, Archive>()) {
    stream.open_object();
  }
}

template <class T>
inline constexpr bool never = false;

}  // namespace detail

template <class T>
void prologue(TextOutputArchive& archive, const T&) {
  detail::open_container<T, TextOutputArchive>(archive.writer());
}

template <class T>
void epilogue(TextOutputArchive& archive, const T&) {
  if constexpr (detail::opens_container<T, TextOutputArchive>()) archive.writer().close();
}

template <class T>
void prologue(TextInputArchive& archive, const T&) {
  detail::open_container<T, TextInputArchive>(archive.reader());
}

template <class T>
void epilogue(TextInputArchive& archive, const T&) {
  if constexpr (detail::opens_container<T, TextInputArchive>()) archive.reader().close();
}

template <class T>
void save(TextOutputArchive& archive, const cereal::NameValuePair<T>& pair) {
  archive.writer().name_next(pair.name);
  archive(pair.value);
}

template <class T>
void load(TextInputArchive& archive, cereal::NameValuePair<T>& pair) {
  archive.reader().name_next(pair.name);
  archive(pair.value);
}

template <class T>
void save(TextOutputArchive& archive, const cereal::SizeTag<T>&) {
  archive.writer().require_array();  // its elements tell the size
}

template <class T>
void load(TextInputArchive& archive, cereal::SizeTag<T>& tag) {
  tag.size = archive.reader().array_size();
}

template <TextScalar T>
void save(TextOutputArchive& archive, const T& value) {
  archive.writer().write(value);
}

inline void load(TextInputArchive& archive, bool& value) {
  value = archive.reader().read_bool();
}
inline void load(TextInputArchive& archive, std::int64_t& value) {
  value = archive.reader().read_integer();
}
inline void load(TextInputArchive& archive, double& value) {
  value = archive.reader().read_real();
}
inline void load(TextInputArchive& archive, std::string& value) {
  value = archive.reader().read_string();
}

template <class T>
requires(std::is_arithmetic_v<T> && !TextScalar<T>) void save(TextOutputArchive&, const T&) {
  static_assert(detail::never<T>,
                "prepguard's text archives store bool, std::int64_t, double and std::string only");
}

template <class T>
requires(std::is_arithmetic_v<T> && !TextScalar<T>) void load(TextInputArchive&, T&) {
  static_assert(detail::never<T>,
                "prepguard's text archives store bool, std::int64_t, double and std::string only");
}

/// Replaces cereal's load of vectors, which makes all elements before it reads the first: a text of
/// `[0,0,0,...]` must not cost the memory of as many objects. Memory grows with the elements that are really
/// there.
template <class T>
requires(!std::same_as<T, bool>) void load(TextInputArchive& archive, std::vector<T>& values) {
  cereal::size_type size = 0;
  archive(cereal::make_size_tag(size));
  values.clear();
  constexpr std::size_t sure = std::is_arithmetic_v<T> ? detail::JsonLimits::values : 64;
  values.reserve(std::min(static_cast<std::size_t>(size), sure));
  for (cereal::size_type i = 0; i < size; ++i) archive(values.emplace_back());
}

}  // namespace prepguard::inline PREPGUARD_ABI
