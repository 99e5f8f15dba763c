// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "prepguard/detail/chain.hpp"
#include "prepguard/detail/replace.hpp"
#include "prepguard/transformer_base.hpp"

namespace prepguard::inline PREPGUARD_ABI {

/// Steps known to the compiler, run one after the other.
///
/// ```
/// prepguard::Pipeline pipe{prepguard::SimpleImputer<double>{}, prepguard::StandardScaler<double>{}};
/// pipe.fit(X);
/// auto features = pipe.transform(X);
/// ```
/// Each step reads the kind of cells that the one before it writes. A first step that binds columns by name
/// (ColumnTransformer) lets the pipeline take tables.
template <class First, class... Rest>
class Pipeline : public TransformerBase<Pipeline<First, Rest...>, typename First::Scalar, typename First::Input,
                                        typename std::tuple_element_t<sizeof...(Rest), std::tuple<First, Rest...>>::Output> {
 public:
  using Steps = std::tuple<First, Rest...>;
  static constexpr std::string_view type = "pipeline";
  static constexpr std::size_t count = 1 + sizeof...(Rest);

  Pipeline() = default;
  Pipeline(const Pipeline&) = default;
  Pipeline(Pipeline&&) noexcept = default;
  Pipeline& operator=(Pipeline other) noexcept { return detail::replace(*this, std::move(other)); }
  ~Pipeline() = default;
  /// The steps, in order. They are named by their types; a repeated type gets a number: `standard_scaler-2`.
  explicit Pipeline(First first, Rest... rest) : steps_(std::move(first), std::move(rest)...) {}

  const Steps& steps() const noexcept { return steps_; }
  template <std::size_t I>
  const auto& step() const noexcept {
    return std::get<I>(steps_);
  }
  const std::vector<std::string>& step_names() const noexcept { return names(); }

  /// Fits the first step to `rows`, transforms them, fits the next, and so on. `rows` is what the first step's `fit`
  /// takes. Throws what the steps throw; then the pipeline is as it was.
  template <class Rows>
  Pipeline& fit(const Rows& rows) {
    Pipeline fresh(*this);
    fresh.template fit_from<0>(rows);
    return *this = std::move(fresh);
  }

  std::size_t input_width() const noexcept { return std::get<0>(steps_).input_width(); }
  std::size_t output_width() const noexcept { return std::get<count - 1>(steps_).output_width(); }
  const Layout& input_layout() const noexcept
    requires requires(const First& first) { first.input_layout(); }
  {
    return std::get<0>(steps_).input_layout();
  }
  const auto& output_layout() const noexcept
    requires std::same_as<typename Pipeline::Output, Mixed<typename Pipeline::Scalar>>
  {
    return std::get<count - 1>(steps_).output_layout();
  }
  const Schema& schema() const
    requires HasSchema<First>
  {
    return std::get<0>(steps_).schema();
  }

  Applied apply(const InView<typename Pipeline::Input>& in, const OutView<typename Pipeline::Output>& out) const {
    return detail::apply_chain(cursor(), in, out);
  }
  bool invert(const InView<typename Pipeline::Output>& in, const OutView<typename Pipeline::Input>& out) const
    requires(Invertible<First> && (Invertible<Rest> && ...))
  {
    return detail::invert_chain(cursor(), in, out);
  }
  std::string no_inverse(const std::string& path) const { return detail::chain_without_inverse(cursor(), path); }

  std::vector<std::string> feature_names_out(std::vector<std::string> feature_names) const {
    detail::for_each_step(cursor(), [&](const std::string&, const auto& step) {
      feature_names = step.feature_names_out(std::move(feature_names));
    });
    return feature_names;
  }
  std::vector<MissingFlow> missing_flow(std::vector<MissingFlow> columns) const {
    detail::for_each_step(
        cursor(), [&](const std::string&, const auto& step) { columns = step.missing_flow(std::move(columns)); });
    return columns;
  }
  std::vector<std::int64_t> tolerances(std::vector<std::int64_t> columns) const {
    detail::for_each_step(cursor(), [&](const std::string&, const auto& step) { columns = step.tolerances(columns); });
    return columns;
  }
  std::optional<Finding> diagnose(InView<typename Pipeline::Input> row, const std::vector<std::string>& feature_names,
                                  const std::string& path) const {
    return detail::diagnose_chain(cursor(), row, feature_names, path);
  }

  /// Stands at the first step (detail/chain.hpp).
  auto cursor() const noexcept { return detail::TupleCursor<Steps>{steps_, names()}; }

  friend bool operator==(const Pipeline&, const Pipeline&) = default;

 private:
  template <std::size_t I, class Rows>
  void fit_from(const Rows& rows) {
    auto& step = std::get<I>(steps_);
    step.fit(rows);
    if constexpr (I + 1 < count) fit_from<I + 1>(step.transform(rows));
  }

  static const std::vector<std::string>& names() {
    static const std::vector<std::string> names = [] {
      std::vector<std::string> made;
      for (const std::string_view type_name : {std::string_view(First::type), std::string_view(Rest::type)...}) {
        std::string candidate(type_name);
        for (std::size_t n = 2; std::find(made.begin(), made.end(), candidate) != made.end(); ++n) {
          candidate = std::string(type_name) + '-' + std::to_string(n);
        }
        made.push_back(std::move(candidate));
      }
      return made;
    }();
    return names;
  }

  Steps steps_{};
};

template <class... Steps>
Pipeline(Steps...) -> Pipeline<Steps...>;

}  // namespace prepguard::inline PREPGUARD_ABI
