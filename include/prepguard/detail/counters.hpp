// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "prepguard/detail/frequent_values.hpp"
#include "prepguard/report.hpp"
#include "prepguard/version.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// What a guard counts. Threads add to different stripes, so that they do not wait for one another; sums are
/// exact. A copy starts at zero, a moved one takes the counts with it.
class Counters {
 public:
  enum class Ending : std::uint8_t { served, refused, threw };

  Counters() = default;
  Counters(const Counters&) noexcept : Counters() {}
  Counters(Counters&& other) noexcept : Counters() { take(other); }
  Counters& operator=(const Counters& other) noexcept {
    if (this != &other) clear();
    return *this;
  }
  Counters& operator=(Counters&& other) noexcept {
    if (this != &other) take(other);
    return *this;
  }
  ~Counters() = default;

  /// Of the rows all but one are counted, modulo 2^64, so that a call with one row touches one counter.
  void add_call(Ending ending, std::size_t rows) noexcept {
    add(calls_at + static_cast<std::size_t>(ending), 1);
    if (rows != 1) add(rows_at + static_cast<std::size_t>(ending), rows - 1);
  }
  void add_failed(Check check, std::size_t count) noexcept {
    add(failed_at + static_cast<std::size_t>(check), count);
  }
  void add_rejected(Check check, std::size_t count) noexcept {
    add(rejected_at + static_cast<std::size_t>(check), count);
  }
  void add_served(Check check, std::size_t count) noexcept {
    add(served_at + static_cast<std::size_t>(check), count);
  }

  /// A category of a column that no encoder knows.
  void add_unknown(const std::string& column, std::string_view category) { unknown_.add(column, category); }

  Report snapshot() const {
    std::array<std::uint64_t, counted> sums{};
    for (const Stripe& stripe : stripes_) {
      for (std::size_t i = 0; i < counted; ++i) sums[i] += stripe.counts[i].load(std::memory_order_relaxed);
    }
    Report report;
    const std::array<Report::Calls*, 3> endings{&report.served, &report.refused, &report.threw};
    for (std::size_t i = 0; i < endings.size(); ++i) {
      *endings[i] = {sums[calls_at + i], sums[calls_at + i] + sums[rows_at + i]};
    }
    for (std::size_t i = 0; i < check_count; ++i)
      report.found[i] = {sums[failed_at + i], sums[rejected_at + i], sums[served_at + i]};
    report.unknown = unknown_.snapshot();
    return report;
  }

 private:
  static constexpr std::size_t stripe_count = 8;
  static constexpr std::size_t calls_at = 0, rows_at = 3, failed_at = 6,
                               rejected_at = failed_at + check_count, served_at = rejected_at + check_count;
  static constexpr std::size_t counted = served_at + check_count;

  struct alignas(64) Stripe {
    std::array<std::atomic<std::uint64_t>, counted> counts{};
  };

  void add(std::size_t at, std::size_t more) noexcept {
    static std::atomic<std::size_t> threads{0};
    static thread_local const std::size_t mine =
        threads.fetch_add(1, std::memory_order_relaxed) % stripe_count;
    stripes_[mine].counts[at].fetch_add(more, std::memory_order_relaxed);
  }
  void clear() noexcept {
    for (Stripe& stripe : stripes_) {
      for (auto& count : stripe.counts) count = 0;
    }
    unknown_.clear();
  }
  void take(Counters& other) noexcept {
    for (std::size_t s = 0; s < stripe_count; ++s) {
      for (std::size_t i = 0; i < counted; ++i)
        stripes_[s].counts[i] = other.stripes_[s].counts[i].exchange(0);
    }
    unknown_.take(other.unknown_);
  }

  std::array<Stripe, stripe_count> stripes_{};
  UnknownValues unknown_{};
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
