// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "prepguard/array.hpp"
#include "prepguard/detail/column_values.hpp"
#include "prepguard/detail/fit.hpp"
#include "prepguard/detail/hashes.hpp"
#include "prepguard/detail/integer_cell.hpp"
#include "prepguard/detail/names.hpp"
#include "prepguard/detail/place.hpp"

namespace prepguard {

/// How a value that is not in the vocabulary finds its index among several.
enum class OovMethod : std::uint8_t {
  none,      ///< there is at most one index
  floormod,  ///< integers: the remainder, never negative
  farmhash,  ///< FarmHash's fingerprint of the text, of integers as decimal digits
  siphash,   ///< SipHash-2-4 of the same with a key
};

inline constexpr std::array<std::string_view, 4> oov_method_names{"none", "floormod", "farmhash", "siphash"};

}  // namespace prepguard

namespace prepguard::inline PREPGUARD_ABI::detail {

/// The fitted state of a lookup, the same whether it reads integers or text.
struct LookupState {
  Array vocabulary_{};
  Array mask_{};
  std::int64_t mask_index_ = -1;
  std::int64_t num_oov_indices_ = 1;
  OovMethod oov_method_ = OovMethod::none;
  Array salt_{Array::Integers{}};

  std::int64_t first_oov() const noexcept { return mask_index_ + 1; }
  std::int64_t first_token() const noexcept { return first_oov() + num_oov_indices_; }

  // Not inlined: with the 24 digits of a number in sight, gcc 12 warns of the reads for longer texts at -O3.
  [[gnu::noinline]] std::int64_t bucket(std::string_view text) const {
    const auto count = static_cast<std::uint64_t>(num_oov_indices_);
    if (oov_method_ == OovMethod::none) return 0;
    if (oov_method_ == OovMethod::farmhash) return static_cast<std::int64_t>(FarmHash::of(text) % count);
    const Array::Integers& key = salt_.integers();
    return static_cast<std::int64_t>(
        siphash(text, static_cast<std::uint64_t>(key[0]), static_cast<std::uint64_t>(key[1])) % count);
  }
  std::int64_t bucket(std::int64_t value) const {
    if (oov_method_ == OovMethod::floormod) {
      return (value % num_oov_indices_ + num_oov_indices_) % num_oov_indices_;
    }
    std::array<char, 24> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    return bucket(std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data())));
  }

  friend bool operator==(const LookupState&, const LookupState&) = default;
};

/// Tokens in the order in which Keras numbers them: the most frequent first, equally frequent ones from high
/// to low.
template <class Cell>
Array frequent_first(std::string_view where, const std::vector<ColumnValues<Cell>>& columns) {
  ColumnValues<Cell> all;
  for (std::size_t j = 0; j < columns.size(); ++j) {
    if (columns[j].nan() + columns[j].none() != 0) {
      fail_fit(where, j, "missing values", "give them a token of their own");
    }
    all.merge(columns[j]);
  }
  using Token = std::conditional_t<Number<Cell>, std::int64_t, std::string>;
  std::vector<std::pair<std::uint64_t, Token>> counted;
  for (std::size_t i = 0; i < all.size(); ++i) {
    Token token{};
    if constexpr (Number<Cell>) {
      const Cell value = all.value(i);
      if (!to_integer(&value, token)) fail_fit(where, 0, "expected integers, got " + repr_text(value));
      if (!counted.empty() && counted.back().second == token) {  // -0.0 and 0.0
        counted.back().first += all.frequency(i);
        continue;
      }
    } else {
      token = all.value(i);
    }
    counted.emplace_back(all.frequency(i), std::move(token));
  }
  std::sort(counted.begin(), counted.end(), [](const auto& a, const auto& b) { return b < a; });
  std::conditional_t<Number<Cell>, Array::Integers, Array::Texts> tokens;
  for (auto& [count, token] : counted) tokens.emplace_back(std::move(token));
  return Array(std::move(tokens));
}

template <class Cell>
void check_tokens(const Place& at, const Array& tokens) {
  constexpr DType wanted = std::is_same_v<Cell, Text> ? DType::string : DType::int64;
  (at / "dtype").require(tokens.dtype() == wanted, name(wanted), name(tokens.dtype()));
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if constexpr (Number<Cell>) {
      const std::int64_t value = tokens.integers()[i];
      if (value < exact_below<Cell> && value > -exact_below<Cell>) continue;
    } else {
      if (tokens.missing(i) == Missing::no) continue;
    }
    (at / "values")[i].fail(Number<Cell> ? "an integer that no neighbour is rounded to" : "a text",
                            python_text(tokens, i));
  }
}

template <class Cell>
void check_lookup(const Place& at, const LookupState& state) {
  constexpr bool text = std::is_same_v<Cell, Text>;
  check_tokens<Cell>(at / "vocabulary", state.vocabulary_);
  check_tokens<Cell>(at / "mask", state.mask_);
  const std::size_t masks = state.mask_.size(), tokens = state.vocabulary_.size();
  (at / "mask").require(masks <= 1, "at most 1 value", std::to_string(masks));
  std::set<std::string> seen;
  for (std::size_t i = 0; i < tokens + masks; ++i) {
    std::string token = i < tokens ? python_text(state.vocabulary_, i) : python_text(state.mask_, 0);
    const bool fresh = seen.insert(token).second;
    (at / "vocabulary").require(fresh, "different values", token + " twice");
  }
  const bool index_known = state.mask_index_ == -1 || (state.mask_index_ == 0 && masks == 1);
  (at / "mask_index").require(index_known, "-1, or 0 with a mask", std::to_string(state.mask_index_));
  const std::int64_t count = state.num_oov_indices_;
  const bool ordinary = count >= 0 && count < (std::int64_t{1} << 31);
  (at / "num_oov_indices").require(ordinary, "0 or more, fewer than 2^31", std::to_string(count));
  (at / "vocabulary")
      .require(tokens + static_cast<std::size_t>(count) > 0, "a value, or an index for others", "none");
  const bool hashes = state.oov_method_ != OovMethod::none, sips = state.oov_method_ == OovMethod::siphash;
  const bool suits = hashes == (count > 1) && !(text && state.oov_method_ == OovMethod::floormod);
  (at / "oov_method")
      .require(suits, "a way that suits num_oov_indices and the cells",
               oov_method_names[static_cast<std::size_t>(state.oov_method_)]);
  (at / "salt" / "dtype").require(state.salt_.dtype() == DType::int64, "int64", name(state.salt_.dtype()));
  (at / "salt").require_count(state.salt_.size(), sips ? 2 : 0);
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
