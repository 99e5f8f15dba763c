// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "prepguard/detail/place.hpp"
#include "prepguard/detail/replace.hpp"
#include "prepguard/transformer_base.hpp"

namespace prepguard::inline PREPGUARD_ABI {

/// Hands every column through as it is, numbers and text.
template <Number T>
class Passthrough : public TransformerBase<Passthrough<T>, T, Mixed<T>> {
 public:
  static constexpr std::string_view type = "passthrough";
  static constexpr std::int64_t version = 1;

  Passthrough() = default;
  Passthrough(const Passthrough&) = default;
  Passthrough(Passthrough&&) noexcept = default;
  Passthrough& operator=(Passthrough other) noexcept { return detail::replace(*this, std::move(other)); }
  ~Passthrough() = default;

  /// Learns the width and the kinds of the columns. Throws cannot_fit for 0 rows.
  Passthrough& fit(MixedView<const T> rows) {
    if (rows.cols() == 0) detail::fail_shape(type, "expected at least 1 feature, got 0");
    if (rows.rows() == 0) throw Error(Errc::cannot_fit, std::string(type), "there are 0 rows to learn from");
    layout_.value = detail::layout_of(rows);
    inputs_ = detail::Width(rows.cols());
    return *this;
  }

  std::size_t input_width() const noexcept { return static_cast<std::size_t>(inputs_.value); }
  std::size_t output_width() const noexcept { return input_width(); }
  const Layout& input_layout() const noexcept { return layout_.value; }
  const Layout& output_layout() const noexcept { return layout_.value; }

  bool apply(const MixedView<const T>& in, const MixedView<T>& out) const {
    if (in.numbers.data() != out.numbers.data()) detail::copy_cells(in.numbers, out.numbers);
    if (in.texts.data() != out.texts.data()) detail::copy_cells(in.texts, out.texts);
    return true;
  }
  bool invert(const MixedView<const T>& in, const MixedView<T>& out) const { return apply(in, out); }

  std::vector<std::string> feature_names_out(std::vector<std::string> names) const { return names; }
  std::vector<MissingFlow> missing_flow(std::vector<MissingFlow> columns) const { return columns; }
  std::vector<std::int64_t> tolerances(std::vector<std::int64_t> columns) const { return columns; }
  std::optional<Finding> diagnose(MixedView<const T>, const std::vector<std::string>&, const std::string&) const {
    return std::nullopt;
  }

  Layout prepare(const Layout& in, const detail::Place& at) {
    detail::check_inputs(at, inputs_, in.size());
    layout_.value = in;
    return in;
  }

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("inputs", self.inputs_.value);
  }

  friend bool operator==(const Passthrough&, const Passthrough&) = default;

 private:
  detail::Width inputs_{};
  detail::Derived<Layout> layout_{};
};

}  // namespace prepguard::inline PREPGUARD_ABI
