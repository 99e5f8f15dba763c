// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "prepguard/text.hpp"

namespace prepguard {

/// The element types of the file format. Smaller integers are recorded as int64.
enum class DType : std::uint8_t { float32, float64, int64, boolean, string };

inline constexpr std::array<std::string_view, 5> dtype_names{"float32", "float64", "int64", "bool", "string"};

/// numpy's name of `dtype`: "float32", "float64", "int64", "bool", "string".
constexpr std::string_view name(DType dtype) noexcept { return dtype_names[static_cast<std::size_t>(dtype)]; }

/// The dtype of a scalar: `dtype_of<float>` is float32, `dtype_of<Text>` is string.
template <class T>
inline constexpr DType dtype_of = std::is_same_v<T, float>    ? DType::float32
                                  : std::is_same_v<T, double> ? DType::float64
                                  : std::is_same_v<T, Text>   ? DType::string
                                  : std::is_same_v<T, bool>   ? DType::boolean
                                                              : DType::int64;

/// A text that owns its bytes, or a missing value of either spelling.
struct OwnedText {
  std::string text{};
  Missing missing = Missing::no;

  OwnedText() = default;
  OwnedText(std::string bytes) : text(std::move(bytes)) {}
  explicit OwnedText(Text cell) : text(cell.view()), missing(cell.missing()) {}

  operator Text() const noexcept { return missing == Missing::no ? Text(text) : Text(missing); }
  friend bool operator==(const OwnedText&, const OwnedText&) = default;
};

/// A list of values of one dtype: fitted statistics, categories, self-test cells. float32 values are held as the
/// doubles they equal, bool as 0 and 1. A missing number is NaN; a missing text says how it is spelled.
class Array {
 public:
  using Reals = std::vector<double>;
  using Integers = std::vector<std::int64_t>;
  using Texts = std::vector<OwnedText>;

  Array() = default;
  /// Numbers; `dtype` is float64, or float32 if every value is representable there.
  Array(Reals values, DType dtype = DType::float64) : dtype_(dtype), values_(std::move(values)) {}
  /// Integers; `dtype` is int64, or boolean for zeros and ones.
  Array(Integers values, DType dtype = DType::int64) : dtype_(dtype), values_(std::move(values)) {}
  Array(Texts values) : dtype_(DType::string), values_(std::move(values)) {}

  // Not the variant's own copy: where copying a vector throws, libstdc++ 12 destroys an alternative that never was.
  Array(const Array& other) : dtype_(other.dtype_) {
    std::visit([this](const auto& values) { values_ = values; }, other.values_);
  }
  Array(Array&&) noexcept = default;
  Array& operator=(const Array& other) { return *this = Array(other); }
  Array& operator=(Array&& other) noexcept {
    if (this == &other) return *this;
    dtype_ = other.dtype_;
    values_ = std::move(other.values_);
    return *this;
  }
  ~Array() = default;

  DType dtype() const noexcept { return dtype_; }
  bool is_text() const noexcept { return dtype_ == DType::string; }
  bool is_real() const noexcept { return dtype_ == DType::float32 || dtype_ == DType::float64; }

  std::size_t size() const noexcept {
    return std::visit([](const auto& values) { return values.size(); }, values_);
  }
  bool empty() const noexcept { return size() == 0; }

  /// The values; the array must hold that kind.
  const Reals& reals() const { return std::get<Reals>(values_); }
  const Integers& integers() const { return std::get<Integers>(values_); }
  const Texts& texts() const { return std::get<Texts>(values_); }

  /// Value `i` as a double; an integer must be exactly representable. Not for texts.
  double real(std::size_t i) const { return is_real() ? reals()[i] : static_cast<double>(integers()[i]); }

  /// How value `i` is missing.
  Missing missing(std::size_t i) const {
    if (is_text()) return texts()[i].missing;
    return is_real() && is_nan(reals()[i]) ? Missing::nan : Missing::no;
  }

  /// Equal dtype and equal bits; any NaN equals any NaN, -0.0 and +0.0 differ.
  friend bool operator==(const Array& a, const Array& b) {
    if (a.dtype_ != b.dtype_ || a.size() != b.size()) return false;
    if (!a.is_real()) return a.values_ == b.values_;
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (bits(a.reals()[i]) != bits(b.reals()[i]) && !(is_nan(a.reals()[i]) && is_nan(b.reals()[i]))) return false;
    }
    return true;
  }

 private:
  // Integer tests: floating-point ones are deleted by -ffast-math.
  static std::uint64_t bits(const double& x) noexcept {
    std::uint64_t u;
    std::memcpy(&u, &x, sizeof u);
    return u;
  }
  static bool is_nan(const double& x) noexcept {
    return (bits(x) & 0x7fff'ffff'ffff'ffffU) > 0x7ff0'0000'0000'0000U;
  }

  DType dtype_ = DType::float64;
  std::variant<Reals, Integers, Texts> values_{};
};

}  // namespace prepguard
