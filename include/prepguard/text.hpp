// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace prepguard {

/// How a missing value is spelled in Python. None and NaN are different categories there, so they are here.
enum class Missing : std::uint8_t { no, none, nan };

/// A text cell: a view of UTF-8 bytes owned by somebody else, or a missing value of either spelling.
/// Compared bytewise (which is code point order); a missing cell equals only a cell missing the same way.
class Text {
 public:
  constexpr Text() noexcept = default;
  constexpr Text(std::string_view text) noexcept
      : data_(text.data() == nullptr ? "" : text.data()), size_(text.size()) {}
  constexpr Text(const char* text) noexcept : Text(std::string_view(text)) {}
  Text(const std::string& text) noexcept : Text(std::string_view(text)) {}
  /// A missing cell; `Missing::no` gives the empty text.
  constexpr explicit Text(Missing how) noexcept
      : data_(how == Missing::no ? "" : nullptr), size_(static_cast<std::size_t>(how)) {}

  constexpr Missing missing() const noexcept {
    return data_ != nullptr ? Missing::no : static_cast<Missing>(size_);
  }
  constexpr bool is_missing() const noexcept { return data_ == nullptr; }

  /// The text; empty for a missing cell.
  constexpr std::string_view view() const noexcept {
    return data_ != nullptr ? std::string_view(data_, size_) : std::string_view();
  }

  friend constexpr bool operator==(Text a, Text b) noexcept {
    return a.missing() == b.missing() && a.view() == b.view();
  }

 private:
  // A missing cell has no pointer and keeps its spelling in the size, so a cell stays two words.
  const char* data_ = "";
  std::size_t size_ = 0;
};

}  // namespace prepguard
