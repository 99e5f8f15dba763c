// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "prepguard/array.hpp"
#include "prepguard/detail/column_statistics.hpp"
#include "prepguard/detail/place.hpp"
#include "prepguard/detail/value_counts.hpp"
#include "prepguard/transformer.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// The sorted distinct values of a column with how often each was there, and the missing cells: all there is
/// to know about it, whatever the order of its rows. Mergeable like the statistics of column_statistics.hpp.
/// Takes memory in proportion to the distinct values. -0.0 and 0.0 are different values here, side by side.
template <class Cell>
class ColumnValues {
 public:
  using Value = std::conditional_t<Number<Cell>, Cell, std::string>;

  void add(const Cell* x, std::ptrdiff_t stride, std::size_t n) {
    if constexpr (Number<Cell>) {
      forget_values_at(x);
      for (std::size_t i = 0; i < n; ++i) {
        Bits<Cell> bits;
        std::memcpy(&bits, x + static_cast<std::ptrdiff_t>(i) * stride, sizeof bits);
        if ((bits & FloatBits<Cell>::magnitude) > FloatBits<Cell>::exponent) {
          ++nan_;
        } else {
          add_key(order_key<Cell>(bits));
        }
      }
    } else {
      for (std::size_t i = 0; i < n; ++i) add_text(x[static_cast<std::ptrdiff_t>(i) * stride]);
    }
    if (fresh_.size() > 16 * few + 2 * keys_.size()) settle();
  }
  void merge(const ColumnValues& other) {
    settle();
    ColumnValues sorted(other);
    sorted.settle();
    unite(std::move(sorted.keys_), std::move(sorted.counts_));
    nan_ += other.nan_;
    none_ += other.none_;
  }
  /// Sorts what was added; to be called before the values are looked at.
  void settle() {
    std::vector<Key> keys;
    std::vector<std::uint64_t> counts;
    if (counted_.size() != 0) {
      counted_.take(keys, counts);
      unite(std::exchange(keys, {}), std::exchange(counts, {}));
    }
    if constexpr (Number<Cell>) {
      if (fresh_.empty()) return;
      sort_keys(fresh_);
      for (const Key key : fresh_) {
        if (keys.empty() || keys.back() != key) {
          keys.push_back(key);
          counts.push_back(0);
        }
        ++counts.back();
      }
      fresh_ = {};
      unite(std::move(keys), std::move(counts));
    }
  }

  std::uint64_t cells() const noexcept { return count() + nan_ + none_; }
  /// Cells that hold a value.
  std::uint64_t count() const noexcept {
    std::uint64_t sum = fresh_.size() + counted_.total();
    for (const std::uint64_t n : counts_) sum += n;
    return sum;
  }
  std::uint64_t nan() const noexcept { return nan_; }
  std::uint64_t none() const noexcept { return none_; }

  /// Whether there is an infinity among the values, which are settled.
  bool sees_infinity() const noexcept requires Number<Cell> {
    const auto infinite = [](Key key) {
      const Cell number = number_of<Cell>(key);
      return is_infinite(&number);
    };
    return !keys_.empty() && (infinite(keys_.front()) || infinite(keys_.back()));
  }

  /// Distinct values, ascending (text by bytes), and how often each was there.
  std::size_t size() const noexcept { return keys_.size(); }
  Value value(std::size_t i) const {
    if constexpr (Number<Cell>) {
      return number_of<Cell>(keys_[i]);
    } else {
      return keys_[i];
    }
  }
  std::uint64_t frequency(std::size_t i) const noexcept { return counts_[i]; }

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("values", self.keys_);
    visit("counts", self.counts_);
    visit("nan", self.nan_);
    visit("none", self.none_);
  }
  void prepare() const {
    bool good = keys_.size() == counts_.size();
    for (std::size_t i = 0; good && i < keys_.size(); ++i)
      good = counts_[i] != 0 && (i == 0 || keys_[i - 1] < keys_[i]);
    Place("partial").require(good, "ascending values that were there", "others");
  }
  friend bool operator==(const ColumnValues&, const ColumnValues&) = default;

 private:
  struct OrderKey {
    using type = decltype(order_key(static_cast<const Cell*>(nullptr)));
  };
  using Key = typename std::conditional_t<Number<Cell>, OrderKey, std::type_identity<std::string>>::type;

  // With more distinct values than these a column is sorted rather than hashed.
  static constexpr std::size_t few = 1024;

  void add_text(const Text& cell) requires(!Number<Cell>) {
    if (cell.is_missing()) {
      ++(cell.missing() == Missing::none ? none_ : nan_);
    } else {
      counted_.add(cell.view());
    }
  }
  void add_key(Key key) requires Number<Cell> {
    if (keys_.size() > few) {
      fresh_.push_back(key);
      return;
    }
    counted_.add(key);
    if (counted_.size() > few) settle();
  }

  /// Merges sorted distinct values into the sorted distinct values that are there.
  void unite(std::vector<Key>&& keys, std::vector<std::uint64_t>&& counts) {
    if (keys_.empty()) {
      keys_ = std::move(keys);
      counts_ = std::move(counts);
      return;
    }
    std::vector<Key> all;
    std::vector<std::uint64_t> sums;
    all.reserve(keys_.size() + keys.size());
    sums.reserve(keys_.size() + keys.size());
    for (std::size_t i = 0, k = 0; i < keys_.size() || k < keys.size();) {
      const bool take_own = k == keys.size() || (i < keys_.size() && !(keys[k] < keys_[i]));
      const bool take_other = i == keys_.size() || (k < keys.size() && !(keys_[i] < keys[k]));
      sums.push_back((take_own ? counts_[i] : 0) + (take_other ? counts[k] : 0));
      all.push_back(std::move(take_own ? keys_[i] : keys[k]));
      i += take_own ? 1 : 0;
      k += take_other ? 1 : 0;
    }
    keys_ = std::move(all);
    counts_ = std::move(sums);
  }

  std::vector<Key> keys_{};
  std::vector<std::uint64_t> counts_{};
  // Added since, in any order.
  std::conditional_t<Number<Cell>, KeyCounts<Key>, TextCounts> counted_{};
  std::vector<Key> fresh_{};
  std::uint64_t nan_ = 0;
  std::uint64_t none_ = 0;
};

/// The numbers of a column by their rank, as if sorted with all repetitions.
template <Number T>
class Ranks {
 public:
  explicit Ranks(const ColumnValues<T>& values) : values_(&values) {
    for (std::size_t i = 0; i < values.size(); ++i)
      ends_.push_back((i == 0 ? 0 : ends_.back()) + values.frequency(i));
  }
  std::uint64_t size() const noexcept { return ends_.empty() ? 0 : ends_.back(); }
  /// The number of rank `k`, counted from 0; k < size().
  T operator[](std::uint64_t k) const {
    const auto place = std::upper_bound(ends_.begin(), ends_.end(), k);
    return values_->value(static_cast<std::size_t>(place - ends_.begin()));
  }

 private:
  const ColumnValues<T>* values_;
  std::vector<std::uint64_t> ends_{};
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
