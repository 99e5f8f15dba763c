// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "prepguard/any_of.hpp"
#include "prepguard/detail/call_model.hpp"
#include "prepguard/detail/explain.hpp"
#include "prepguard/detail/input_rules.hpp"
#include "prepguard/detail/one_row.hpp"
#include "prepguard/detail/scratch.hpp"
#include "prepguard/detail/tally.hpp"
#include "prepguard/error.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// Finds the row as ordinary as can be that a guard refuses in the same way as another one. `Input` is what
/// the guard does before it asks its model; none of it is counted.
template <class Input>
class Reproducer {
  using Prep = std::remove_cvref_t<decltype(std::declval<const Input&>().pipeline())>;
  using T = typename Prep::Scalar;
  static constexpr bool takes_tables = HasSchema<Prep> && std::same_as<typename Prep::Input, Mixed<T>>;

 public:
  explicit Reproducer(const Input& input)
      : input_(input.without_streams()),
        layout_(InputRules(input.pipeline()).layout()),
        columns_(InputColumns::of(input.pipeline())) {}

  /// A row of what the guard was called with.
  template <class Rows, class... Bound>
  OneRow row_of(std::size_t row, const Rows& rows, const Bound&...) const {
    if constexpr (std::same_as<Rows, Table>) {
      return OneRow(rows, input_.pipeline().schema(), row);
    } else {
      return OneRow(InView<typename Prep::Input>(rows), layout_, row);
    }
  }

  /// `row` with ordinary cells wherever it fails as `error` says all the same; nothing if it does not fail
  /// so.
  std::optional<OneRow> smallest(OneRow row, const Error& error) const {
    const Failure wanted = failure_of(row);
    if (!wanted.is(error)) return std::nullopt;
    for (std::size_t j = 0; j < row.size(); ++j) {
      const Column* training = columns_.training(j);
      if (training == nullptr) continue;
      LooseCell before = std::exchange(row[j], ordinary_cell(*training, row[j]));
      if (!failure_of(row).is_within(wanted)) row[j] = std::move(before);
    }
    return row;
  }

  const std::vector<std::string>& names() const noexcept { return columns_.names(); }

 private:
  /// How a row is refused, and by which checks.
  struct Failure {
    std::string check{}, column{};
    std::array<Report::Found, check_count> found{};

    bool is(const Error& error) const {
      return check == error.info().check && column == error.info().column_name;
    }
    /// The same, and nothing else that was not there before.
    bool is_within(const Failure& other) const {
      bool within = check == other.check && column == other.column;
      for (std::size_t c = 0; c < check_count; ++c)
        within = within && found[c].failed <= other.found[c].failed;
      return within;
    }
  };

  Failure failure_of(OneRow& row) const {
    Counters counters;
    Failure failure;
    try {
      HookPost nobody;
      Tally tally(counters, nobody, 1);
      ScratchFrame frame;
      look_at(row, frame, tally);
    } catch (const Error& error) {
      failure = {error.info().check, error.info().column_name, counters.snapshot().found};
    }
    return failure;
  }

  void look_at(OneRow& row, ScratchFrame& frame, Tally& tally) const {
    if constexpr (takes_tables) {
      static_cast<void>(input_.template features<ModelForm::features>(frame, tally, row.table(input_.pipeline().schema())));
    } else {
      Matrix<T> numbers;
      Matrix<Text> texts;
      row.fill(layout_, numbers, texts);
      const InView<typename Prep::Input> cells =
          part_of<typename Prep::Input>(MixedView<const T>(numbers, texts));
      static_cast<void>(input_.template features<ModelForm::features>(frame, tally, cells));
    }
  }

  Input input_;
  Layout layout_;
  InputColumns columns_;
};

/// See Guard::reproduce.
template <class Input, class... Rows>
std::string reproduce(const Input& input, const Error& error, std::size_t count, const Rows&... rows) {
  const ErrorInfo& info = error.info();
  const auto refuse = [](std::string what, std::string advice) {
    throw Error(Errc::bad_parameter, "reproduce", std::move(what), std::move(advice));
  };
  const std::optional<Check> check = check_named(info.check);
  if (!check || info.row < 0)
    refuse("this error is about no row",
           "reproduce errors of checks of the rows, their features and results");
  if (static_cast<std::size_t>(info.row) >= count)
    refuse("row " + std::to_string(info.row) + " is not there", "pass the rows of the call that failed");
  const Reproducer<Input> reproducer(input);
  const auto row = reproducer.row_of(static_cast<std::size_t>(info.row), rows...);
  if (stage_of(*check) == Stage::output) return row.csv(reproducer.names());
  const std::optional<OneRow> smallest = reproducer.smallest(row, error);
  if (!smallest)
    refuse("row " + std::to_string(info.row) + " does not fail like this by itself",
           "pass the rows of the call that failed, to a guard with the same policy; an empty text cannot be "
           "told from a "
           "missing cell");
  return smallest->csv(reproducer.names());
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
