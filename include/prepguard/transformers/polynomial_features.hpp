// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "prepguard/column_estimator.hpp"
#include "prepguard/detail/column_statistics.hpp"
#include "prepguard/detail/kernels.hpp"
#include "prepguard/detail/nan_refusal.hpp"
#include "prepguard/detail/polynomial_terms.hpp"
#include "prepguard/detail/tolerance.hpp"
#include "prepguard/detail/replace.hpp"

namespace prepguard::inline PREPGUARD_ABI {

/// All products of the columns up to a degree, scikit-learn's PolynomialFeatures bit for bit: a product is
/// taken from its last column to its first, rounded to `T` each time. NaN is refused, by `fit` too.
template <Number T>
class PolynomialFeatures : public ColumnEstimator<PolynomialFeatures<T>, T, detail::ColumnSeen<T>> {
 public:
  static constexpr std::string_view type = "polynomial_features";

  struct Options {
    std::int64_t min_degree = 0;    ///< products of a lower degree are left out, the bias is not
    std::int64_t max_degree = 2;    ///< scikit-learn's `degree`
    bool interaction_only = false;  ///< no column twice in a product
    bool include_bias = true;       ///< begin with a column of ones
  };

  PolynomialFeatures() = default;
  PolynomialFeatures(const PolynomialFeatures&) = default;
  PolynomialFeatures(PolynomialFeatures&&) noexcept = default;
  PolynomialFeatures& operator=(PolynomialFeatures other) noexcept {
    return detail::replace(*this, std::move(other));
  }
  ~PolynomialFeatures() = default;
  /// Throws bad_parameter unless 0 <= min_degree <= max_degree and there is something to put out.
  explicit PolynomialFeatures(Options options)
      : min_degree_(options.min_degree),
        max_degree_(options.max_degree),
        interaction_only_(options.interaction_only),
        include_bias_(options.include_bias) {
    if (min_degree_ < 0 || max_degree_ < min_degree_) {
      throw Error(Errc::bad_parameter, std::string(type),
                  "expected 0 <= min_degree <= max_degree, got " + std::to_string(min_degree_) + " and " +
                      std::to_string(max_degree_));
    }
    if (max_degree_ == 0 && !include_bias_) {
      throw Error(Errc::bad_parameter, std::string(type), "max_degree 0 without a bias puts out nothing");
    }
  }

  std::int64_t min_degree() const noexcept { return min_degree_; }
  std::int64_t max_degree() const noexcept { return max_degree_; }
  bool interaction_only() const noexcept { return interaction_only_; }
  bool include_bias() const noexcept { return include_bias_; }

  PolynomialFeatures unfitted() const { return *this; }
  /// Nothing but the number of columns. Throws bad_parameter if so many have more than 2^22 products, or
  /// none.
  void learn(const std::vector<detail::ColumnSeen<T>>& columns, FitHealth&) {
    const detail::PolynomialTerms terms = terms_of(columns.size());
    if (!terms.too_many() && terms.outputs() != 0) return;
    throw Error(Errc::bad_parameter, std::string(type),
                "of " + std::to_string(columns.size()) + " columns there are " +
                    (terms.too_many() ? "more than 4194304 products" : "no products of that degree"),
                "choose another degree");
  }
  void observe(detail::ColumnSeen<T>& column, std::size_t j, const T* x, std::ptrdiff_t stride,
               std::size_t n) const {
    detail::require_no_nan(type, j, x, stride, n);
    column.add(x, stride, n);
  }

  std::size_t output_width() const noexcept { return terms_.value.outputs(); }

  bool apply(const MatrixView<const T>& in, const MatrixView<T>& out) const {
    const detail::PolynomialTerms& terms = terms_.value;
    const std::size_t bias = terms.bias() ? 1 : 0;
    detail::ScratchFrame frame;
    const MatrixView<const T> x = detail::apart_from(out, in, frame);
    const MatrixView<T> whole = terms.cut() == 0 ? out.middle_cols(bias, terms.full())
                                                 : frame.template matrix<T>(in.rows(), terms.full());
    for (std::size_t i = 0; bias != 0 && i < out.rows(); ++i) out(i, 0) = T{1};
    if (terms.full() != 0) detail::copy_cells(x, whole.middle_cols(0, x.cols()));
    std::size_t made = x.cols();
    terms.for_each_run(frame.template matrix<std::size_t>(1, x.cols() + 1).data(),
                       [&](std::size_t begin, std::size_t end, std::size_t j) {
                         detail::multiply_rows<T>(whole.data() + begin, whole.row_stride(),
                                                  whole.data() + made, whole.row_stride(), whole.rows(),
                                                  end - begin, x.data() + j, x.row_stride());
                         made += end - begin;
                       });
    if (terms.cut() != 0) {
      detail::copy_cells(MatrixView<const T>(whole).middle_cols(terms.cut(), terms.full() - terms.cut()),
                         out.middle_cols(bias, terms.full() - terms.cut()));
    }
    return !detail::has_nan(x);
  }

  /// Products by degree: `1`, `a`, `b`, `a^2`, `a b`, `b^2`.
  std::vector<std::string> feature_names_out(const std::vector<std::string>& names) const {
    std::vector<std::string> out;
    for (std::size_t k = 0; k < output_width(); ++k) out.push_back(name_of(k, names));
    return out;
  }

  /// A NaN anywhere fails the row.
  std::vector<MissingFlow> missing_flow(const std::vector<MissingFlow>& in) const {
    return detail::refused_if_missing(in, output_width());
  }

  Finding refusal(MatrixView<const T> row) const { return detail::refused_nan(row); }

  /// The first column that output `k` multiplies; of the bias column 0.
  std::size_t source_column(std::size_t k) const {
    const std::vector<std::size_t> inputs = terms_.value.inputs_of(k);
    return inputs.empty() ? 0 : inputs.front();
  }
  bool is_carried(const MatrixView<const T>& row, const MatrixView<const T>&, std::size_t k) const {
    const std::vector<std::size_t> inputs = terms_.value.inputs_of(k);
    return std::any_of(inputs.begin(), inputs.end(),
                       [&](std::size_t j) { return detail::is_infinite(&row(0, j)); });
  }
  std::string formula_of(MatrixView<const T> row, std::size_t k) const {
    std::string text;
    for (const std::size_t j : terms_.value.inputs_of(k)) {
      text.insert(0, (text.empty() ? "" : " * ")).insert(0, detail::repr_text(double{row(0, j)}));
    }
    return text + " is not finite";
  }

  /// Relative errors of factors add up.
  std::vector<std::int64_t> tolerances(const std::vector<std::int64_t>& columns) const {
    std::vector<std::int64_t> out(output_width(), 0);
    if (std::count(columns.begin(), columns.end(), 0) == static_cast<std::ptrdiff_t>(columns.size())) return out;
    for (std::size_t k = 0; k < out.size(); ++k) {
      for (const std::size_t j : terms_.value.inputs_of(k)) out[k] = detail::sum_tolerance(out[k], columns[j]);
    }
    return out;
  }

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    PolynomialFeatures::header(self, visit);
    visit("min_degree", self.min_degree_);
    visit("max_degree", self.max_degree_);
    visit("interaction_only", self.interaction_only_);
    visit("include_bias", self.include_bias_);
  }

  void validate(const detail::Place& at) const {
    (at / "min_degree").require(min_degree_ >= 0, "0 or more", std::to_string(min_degree_));
    (at / "max_degree")
        .require(max_degree_ >= min_degree_, "at least min_degree", std::to_string(max_degree_));
    const detail::PolynomialTerms terms = terms_of(this->input_width());
    const bool good = !terms.too_many() && terms.outputs() > 0;
    (at / "max_degree")
        .require(good, "1 to 4194304 products, with those of lower degrees",
                 terms.too_many() ? "more" : "none");
  }

  void rebuild() { terms_.value = terms_of(this->input_width()); }

  friend bool operator==(const PolynomialFeatures&, const PolynomialFeatures&) = default;

 private:
  detail::PolynomialTerms terms_of(std::size_t width) const noexcept {
    return {width, min_degree_, max_degree_, interaction_only_, include_bias_};
  }

  std::string name_of(std::size_t k, const std::vector<std::string>& names) const {
    const std::vector<std::size_t> inputs = terms_.value.inputs_of(k);
    std::string text;
    for (std::size_t first = 0, last = 0; first < inputs.size(); first = last) {
      while (last < inputs.size() && inputs[last] == inputs[first]) ++last;
      if (first > 0) text += ' ';
      text += names[inputs[first]];
      if (last - first > 1) text.append("^").append(std::to_string(last - first));
    }
    return text.empty() ? "1" : text;
  }

  std::int64_t min_degree_ = 0;
  std::int64_t max_degree_ = 2;
  bool interaction_only_ = false;
  bool include_bias_ = true;
  detail::Derived<detail::PolynomialTerms> terms_{};
};

}  // namespace prepguard::inline PREPGUARD_ABI
