// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "prepguard/detail/counters.hpp"
#include "prepguard/detail/hook.hpp"
#include "prepguard/error.hpp"
#include "prepguard/report.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// In how many rows of a call the checks found something.
struct FoundRows {
  std::array<std::size_t, check_count> noted{}, rejected{};
};

/// Counts one call when it ends, as one that threw unless it was said to be served or refused, and tells the
/// hook what was found in it.
class Tally {
 public:
  Tally(Counters& counters, HookPost& hook, std::size_t rows) noexcept
      : counters_(counters), hook_(hook), rows_(rows) {}
  ~Tally() { counters_.add_call(ending_, rows_); }
  Tally(const Tally&) = delete;
  Tally& operator=(const Tally&) = delete;

  /// A check failed for `count` rows, or for the whole call.
  void fail(Check check, std::size_t count = 1) noexcept {
    counters_.add_failed(check, count);
    found().noted[static_cast<std::size_t>(check)] = count;  // for `refuse`: nothing is served now
  }
  /// A check took `count` rows out of the call; counted if the others are served.
  void reject(Check check, std::size_t count) noexcept {
    found().rejected[static_cast<std::size_t>(check)] += count;
  }
  /// A check found something in `count` rows that are served all the same, if no other check fails.
  void note(Check check, std::size_t count) noexcept {
    found().noted[static_cast<std::size_t>(check)] += count;
  }

  /// A category of a column that no encoder knows; counted at once, whatever becomes of the call.
  void note_unknown(const std::string& column, std::string_view category) {
    counters_.add_unknown(column, category);
  }

  /// Whether `describe` may be worth calling.
  bool listens() const noexcept { return listens_ && hook_.is_set(); }
  /// What the hook will be told about `check` if the call is served; of several the first. Not made if the
  /// hook has had its fill; without it the hook is told in general words.
  template <class Make>
  void describe(Severity severity, Check check, Make&& make) noexcept {
    if (!listens() || described(severity, check) != nullptr) return;
    listens_ = hook_.listens();
    if (!listens_) return;
    try {
      first_.emplace_back(severity, make());
    } catch (...) {  // general words must do
    }
  }

  void refuse(const Error& error) noexcept {
    ending_ = Counters::Ending::refused;
    hook_.tell(Severity::error, [&] {
      const std::optional<Check> check = check_named(error.info().check);
      const std::uint64_t rows =
          error.info().row < 0 || !check || !found_ ? 0 : found_->noted[static_cast<std::size_t>(*check)];
      return Violation{check.value_or(Check{}), error.info(), rows};
    });
  }
  void serve() noexcept {
    ending_ = Counters::Ending::served;
    if (!found_) [[likely]]
      return;
    for (std::size_t i = 0; i < check_count; ++i) {
      const auto check = static_cast<Check>(i);
      if (const std::size_t rows = found_->rejected[i]; rows != 0) {
        counters_.add_rejected(check, rows);
        tell(Severity::error, check, rows);
      }
      if (const std::size_t rows = found_->noted[i]; rows != 0) {
        counters_.add_served(check, rows);
        tell(Severity::warning, check, rows);
      }
    }
  }

 private:
  using Described = std::pair<Severity, Violation>;

  FoundRows& found() noexcept { return found_ ? *found_ : found_.emplace(); }

  const Violation* described(Severity severity, Check check) const noexcept {
    const auto found = std::find_if(first_.begin(), first_.end(), [&](const Described& one) {
      return one.first == severity && one.second.check == check;
    });
    return found == first_.end() ? nullptr : &found->second;
  }
  void tell(Severity severity, Check check, std::size_t rows) noexcept {
    hook_.tell(severity, [&] {
      const Violation* const first = described(severity, check);
      Violation violation = first != nullptr ? *first : in_general(severity, check);
      violation.rows = check == Check::schema || check == Check::shape ? 0 : rows;
      return violation;
    });
  }
  static Violation in_general(Severity severity, Check check) {
    return {check,
            {.code = Errc::rejected,
             .where = std::string(name(stage_of(check))),
             .what = severity == Severity::error ? "rows were taken out" : "served all the same",
             .check = std::string(name(check))}};
  }

  Counters& counters_;
  HookPost& hook_;
  std::size_t rows_;
  Counters::Ending ending_ = Counters::Ending::threw;
  bool listens_ = true;
  std::optional<FoundRows> found_{};  // made when something is found: zeros cost, too
  std::vector<Described> first_{};    // of some checks, what they found first
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
