// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "prepguard/detail/cell_bits.hpp"
#include "prepguard/detail/exact_sums.hpp"
#include "prepguard/detail/float_environment.hpp"
#include "prepguard/detail/kernels.hpp"
#include "prepguard/detail/moment_rows.hpp"
#include "prepguard/detail/row_blocks.hpp"
#include "prepguard/detail/wide_integer.hpp"
#include "prepguard/version.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// Exact sums of the columns of many rows, with vectors of doubles (MomentParts), all columns in one pass
/// over the memory. Each column has a range of magnitudes, which follows its numbers; what lies outside, NaN
/// and infinities are taken one by one (BinnedSums).
template <class T>
class RowMoments {
 public:
  using Targets = std::span<ExactSums* const>;

  /// For rows of as many cells as there are targets; one target may be that of several columns.
  explicit RowMoments(Targets targets)
      : targets_(targets),
        pitch_((targets.size() + widest - 1) / widest * widest),
        numbers_((Parts::sums + 2) * pitch_, 0.0),
        totals_(Parts::sums * pitch_, 0),
        ranges_(3 * pitch_, 0) {
    for (std::size_t j = 0; j < pitch_; ++j) set_size(j, 0);
  }
  RowMoments(const RowMoments&) = delete;
  RowMoments& operator=(const RowMoments&) = delete;
  ~RowMoments() { finish(); }

  /// Adds rows of cells that lie side by side.
  void add(const T* cells, std::ptrdiff_t stride, std::size_t rows) {
    forget_values_at(cells);
    if (carried_ + pending_ == 0) guess_sizes(cells, stride, std::min(rows, guess_rows));
    const RowSteps step(sizeof(T) * targets_.size(), stride * std::ptrdiff_t{sizeof(T)});
    static_assert(RowSteps::most <= most_moment_rows);
    for (std::size_t first = 0; first < rows; first += step.rows) {
      const std::size_t count = std::min(step.rows, rows - first);
      if (pending_ + count > most_moment_rows) carry();
      add_block({cells + static_cast<std::ptrdiff_t>(first) * stride, stride, count, targets_.size(), low(),
                 span(), left_out(), numbers_.data(), pitch_, step.ahead});
    }
  }

 private:
  using Parts = MomentParts<T>;
  using Field = FloatParts<T>;
  static constexpr std::size_t widest = 8;  // doubles in the widest vector
  static constexpr std::size_t guess_rows = 32;
  static constexpr std::size_t most_carried = std::size_t{1} << 16;  // the totals then are below 2^63
  static constexpr std::size_t many = 8;                             // cells out of range in a block
  static constexpr int headroom = 2;
  // 2^E has the exponent field E + bias + 1.
  static constexpr int bias = std::numeric_limits<T>::max_exponent - 2;
  // Between these no number, part or product leaves the range of ordinary numbers.
  static constexpr int lowest = sizeof(T) == sizeof(double) ? -440 : -104;
  static constexpr int highest = sizeof(T) == sizeof(double) ? 480 : 128;

  double* size() noexcept { return numbers_.data() + Parts::sums * pitch_; }
  double* per_size() noexcept { return size() + pitch_; }
  Bits<T>* low() noexcept { return ranges_.data(); }
  Bits<T>* span() noexcept { return low() + pitch_; }
  Bits<T>* left_out() noexcept { return span() + pitch_; }

  static double power(int exponent) noexcept {
    return __builtin_bit_cast(double, static_cast<std::uint64_t>(exponent + 1023) << 52);
  }
  static Bits<T> power_bits(int exponent) noexcept {
    return static_cast<Bits<T>>(exponent + bias + 1) << Field::fraction_bits;
  }
  /// The smallest E with `magnitude` below 2^E.
  static int exponent_above(Bits<T> magnitude) noexcept {
    return static_cast<int>(magnitude >> Field::fraction_bits) - bias;
  }

  /// Sets the size of a column, which has no sums.
  void set_size(std::size_t j, int exponent) noexcept {
    size()[j] = power(exponent);
    per_size()[j] = power(-exponent);
    low()[j] = power_bits(exponent - Parts::octaves);
    span()[j] = power_bits(exponent) - low()[j];
    for (std::size_t k = 0; k < Parts::sums; ++k) {
      numbers_[k * pitch_ + j] = Parts::start[k] * size()[j] * (k < Parts::linear ? 1.0 : size()[j]);
    }
  }

  /// Chooses sizes by the largest numbers of the first rows.
  void guess_sizes(const T* cells, std::ptrdiff_t stride, std::size_t rows) noexcept {
    Bits<T>* const largest = left_out();
    std::fill_n(largest, pitch_, Bits<T>{0});
    for (std::size_t i = 0; i < rows; ++i) {
      const T* row = cells + static_cast<std::ptrdiff_t>(i) * stride;
      for (std::size_t j = 0; j < targets_.size(); ++j) {
        const Bits<T> magnitude = bits_of(row + j) & FloatBits<T>::magnitude;
        if (magnitude < FloatBits<T>::exponent) largest[j] = std::max(largest[j], magnitude);
      }
    }
    const std::size_t end = targets_.size();
    for (std::size_t j = 0; j < end; ++j) {  // those of one target are moved together
      if (j != 0 && targets_[j] == targets_[j - 1]) largest[j] = std::max(largest[j], largest[j - 1]);
    }
    for (std::size_t j = end; j-- != 0;) {
      if (j + 1 < end && targets_[j] == targets_[j + 1]) largest[j] = largest[j + 1];
      set_size(j, size_for(largest[j]));
    }
  }
  static int size_for(Bits<T> largest) noexcept {
    return std::clamp(exponent_above(largest) + headroom, lowest, highest);
  }

  void add_block(const MomentRows<T>& block) {
    with_kernels([&](auto kernels) { kernels.template add_moments<T>(block); });
    pending_ += block.rows;
    for (std::size_t j = 0; j < block.cols; ++j) {
      if (left_out()[j] != 0) take_left_out(j, block.cells + j, block.stride, block.rows);
    }
  }

  bool in_range(std::size_t j, Bits<T> magnitude) noexcept {
    return magnitude >= low()[j] && magnitude < low()[j] + span()[j];
  }

  /// Takes the cells of a column that the kernel left out.
  void take_left_out(std::size_t j, const T* cells, std::ptrdiff_t stride, std::size_t rows) {
    std::size_t out = 0, missing = 0;
    for (std::size_t i = 0; i < rows; ++i) {  // without branches: NaN is common
      const Bits<T> magnitude =
          bits_of(cells + static_cast<std::ptrdiff_t>(i) * stride) & FloatBits<T>::magnitude;
      missing += magnitude > FloatBits<T>::exponent ? 1u : 0u;
      out += magnitude != 0 && !in_range(j, magnitude) ? 1u : 0u;
    }
    targets_[j]->missing += missing;
    if (out != missing) take_numbers(j, cells, stride, rows);
  }

  /// Takes the numbers and infinities of a column that the kernel left out; if they are many, the range
  /// follows.
  void take_numbers(std::size_t j, const T* cells, std::ptrdiff_t stride, std::size_t rows) {
    ExactSums& target = *targets_[j];
    std::size_t above = 0, below = 0;
    Bits<T> largest = 0;
    if (!bins_) bins_.emplace();
    for (std::size_t i = 0; i < rows; ++i, cells += stride) {
      const Field field(cells);
      const Bits<T> magnitude = static_cast<Bits<T>>(field.bits) & FloatBits<T>::magnitude;
      if (magnitude > FloatBits<T>::exponent) continue;
      if (magnitude == FloatBits<T>::exponent) {
        ++target.infinite;
        continue;
      }
      largest = std::max(largest, magnitude);
      if (magnitude == 0 || in_range(j, magnitude)) continue;
      ++(magnitude < low()[j] ? below : above);
      bins_->add(field);
    }
    bins_->move_to(target.sum, target.squares);
    const int better = size_for(largest);
    const bool lower = below > many && above == 0 && power(better) < size()[j] / 8;
    if (above > many || lower) resize(j, better);
  }

  void resize(std::size_t j, int exponent) noexcept {
    carry();
    move_columns(j, j + 1);
    set_size(j, exponent);
  }

  /// Moves the sums to the totals of integers, and those to the targets where they could become too large.
  void carry() noexcept {
    const MomentTotals to{numbers_.data(), totals_.data(), size(), per_size(), pitch_};
    with_kernels([&](auto kernels) { kernels.template carry_moments<T>(to); });
    carried_ += std::exchange(pending_, 0);
    if (carried_ + most_moment_rows <= most_carried) return;
    move_all();
    carried_ = 0;
  }
  void finish() noexcept {
    carry();
    move_all();
  }
  void move_all() noexcept {
    for (std::size_t j = 0; j < targets_.size();) j = move_columns(j, targets_.size());
  }

  /// Moves the totals of column `j`, and of those after it up to `end` that have its target and size; returns
  /// the first of the others.
  std::size_t move_columns(std::size_t j, std::size_t end) noexcept {
    std::array<Int128, Parts::sums> t{};
    std::size_t next = j;
    for (; next < end && targets_[next] == targets_[j] && size()[next] == size()[j]; ++next) {
      for (std::size_t k = 0; k < Parts::sums; ++k) t[k] += std::exchange(totals_[k * pitch_ + next], 0);
    }
    const int exponent = static_cast<int>(__builtin_bit_cast(std::uint64_t, size()[j]) >> 52) - 1023;
    const auto unit = static_cast<std::size_t>(exponent - Parts::bits - unit_exponent);
    ExactSums& target = *targets_[j];
    if constexpr (Parts::sums == 9) {
      add_signed(target.sum, (t[0] << 48) + (t[1] << 24) + t[2], unit);
      add_signed(target.squares, (t[3] << 48) + (t[4] << 25) + 2 * t[5] + t[6], 2 * unit + 48);
      add_signed(target.squares, (t[7] << 25) + t[8], 2 * unit);
    } else {
      add_signed(target.sum, t[0], unit);
      add_signed(target.squares, (t[1] << 46) + t[2], 2 * unit);
    }
    return next;
  }
  template <std::size_t N>
  static void add_signed(WideInteger<N>& target, Int128 value, std::size_t bit) noexcept {
    target.add_shifted(static_cast<Uint128>(value), static_cast<std::int64_t>(value >> 127), bit);
  }

  const FloatEnvironment environment_{};
  Targets targets_;
  std::size_t pitch_;
  std::vector<double> numbers_;  // sums, sizes, their reciprocals
  std::vector<std::int64_t> totals_;
  std::vector<Bits<T>> ranges_;            // low, span, left_out
  std::size_t pending_ = 0, carried_ = 0;  // rows in the sums, in the totals
  std::optional<BinnedSums> bins_{};
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
