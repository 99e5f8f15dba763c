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
#include "prepguard/detail/bins.hpp"
#include "prepguard/detail/column_values.hpp"
#include "prepguard/detail/nan_refusal.hpp"
#include "prepguard/detail/replace.hpp"

namespace prepguard::inline PREPGUARD_ABI {

/// Replaces numbers by the bins they fall into, scikit-learn's KBinsDiscretizer bit for bit: the bin of a
/// number is how many inner edges are at most as large. Numbers outside of training fall into the outermost
/// bins. NaN is refused.
template <Number T>
class KBinsDiscretizer : public ColumnEstimator<KBinsDiscretizer<T>, T, detail::ColumnValues<T>> {
 public:
  static constexpr std::string_view type = "k_bins_discretizer";
  static constexpr bool has_keras_layer = true;

  struct Options {
    std::int64_t n_bins = 5;                           ///< at least 2
    std::vector<std::int64_t> n_bins_of_columns = {};  ///< where columns differ: one for each
    Encode encode = Encode::onehot;
    BinStrategy strategy = BinStrategy::quantile;  ///< kmeans comes from files only
  };

  KBinsDiscretizer() = default;
  KBinsDiscretizer(const KBinsDiscretizer&) = default;
  KBinsDiscretizer(KBinsDiscretizer&&) noexcept = default;
  KBinsDiscretizer& operator=(KBinsDiscretizer other) noexcept {
    return detail::replace(*this, std::move(other));
  }
  ~KBinsDiscretizer() = default;
  /// Throws bad_parameter for fewer than 2 bins.
  explicit KBinsDiscretizer(Options options) : encode_(options.encode), options_{std::move(options)} {
    check_count(options_.value.n_bins);
    for (const std::int64_t bins : options_.value.n_bins_of_columns) check_count(bins);
  }

  /// A step of the same options that has learned nothing. How to place edges is not stored in files: what
  /// comes from one learns with the default options.
  KBinsDiscretizer unfitted() const {
    Options options = options_.value;
    options.encode = encode_;
    return KBinsDiscretizer(std::move(options));
  }

  /// The edges of every column, with the bits of scikit-learn's (quantiles: those of
  /// `quantile_method="linear"`). A constant column is one bin; so is one whose quantiles are all within
  /// 1e-8. Throws cannot_fit for NaN and for a range without room for the bins, bad_parameter for n_bins of
  /// another width.
  void learn(const std::vector<detail::ColumnValues<T>>& columns, FitHealth& health) {
    const std::vector<std::int64_t>& each = options_.value.n_bins_of_columns;
    if (!each.empty() && each.size() != columns.size()) {
      throw Error(Errc::bad_parameter, std::string(type),
                  "expected n_bins_of_columns for " + std::to_string(columns.size()) + " columns, got " +
                      std::to_string(each.size()));
    }
    for (std::size_t j = 0; j < columns.size(); ++j) {
      const auto bins = static_cast<std::size_t>(each.empty() ? options_.value.n_bins : each[j]);
      columns_.push_back(detail::binned(edges_of(columns[j], bins, j, health)));
    }
  }
  void observe(detail::ColumnValues<T>& column, std::size_t j, const T* x, std::ptrdiff_t stride,
               std::size_t n) const {
    detail::require_no_nan(type, j, x, stride, n);
    column.add(x, stride, n);
  }

  Encode encode() const noexcept { return encode_; }
  /// The edges between the bins of column `j`, and the two around them (none for a constant column).
  const Array& inner_edges(std::size_t j) const { return columns_[j].inner; }
  const Array& outer_edges(std::size_t j) const { return columns_[j].outer; }

  std::size_t output_width() const noexcept { return sources_.value.size(); }
  std::size_t source_column(std::size_t k) const noexcept { return sources_.value[k]; }

  bool apply(const MatrixView<const T>& cells, const MatrixView<T>& out) const {
    const bool ok = !detail::has_nan(cells);
    detail::ScratchFrame frame;
    const bool onehot = encode_ == Encode::onehot;
    const MatrixView<const T> in = onehot ? detail::apart_from(out, cells, frame) : cells;
    for (std::size_t i = 0; onehot && i < out.rows(); ++i) std::fill_n(out.row(i), out.cols(), T{0});
    std::size_t first = 0;
    for (std::size_t j = 0; j < in.cols(); ++j) {
      const std::vector<double>& edges = edges_.value[j];
      for (std::size_t i = 0; i < in.rows(); ++i) {
        const std::size_t bin = detail::edges_up_to(edges.data(), edges.size(), in(i, j));
        if (onehot) {
          out(i, first + bin) = T{1};
        } else {
          out(i, j) = static_cast<T>(bin);
        }
      }
      first += edges.size() + 1;
    }
    return ok;
  }

  /// The middle of the bin. False for what is no number of a bin, and for a row without a 1.
  bool invert(const MatrixView<const T>& features, const MatrixView<T>& out) const {
    detail::ScratchFrame frame;
    const MatrixView<const T> in = detail::apart_from(out, features, frame);
    bool ok = true;
    std::size_t first = 0;
    for (std::size_t j = 0; j < out.cols(); ++j) {
      const detail::BinnedColumn& column = columns_[j];
      const bool onehot = encode_ == Encode::onehot;
      for (std::size_t i = 0; i < in.rows(); ++i) {
        const std::size_t bin = onehot ? detail::largest_cell(in.row(i) + first, column.bins())
                                       : detail::whole_number(&in(i, j), column.bins());
        const bool known = bin < column.bins() && !column.outer.empty();
        out(i, j) = known ? detail::round_to<T>(column.center(bin)) : T{0};
        ok = ok && known;
      }
      first += column.bins();
    }
    return ok;
  }
  /// A column whose outer edges are not known cannot be undone.
  std::string no_inverse(const std::string& path) const {
    for (std::size_t j = 0; j < columns_.size(); ++j) {
      if (!columns_[j].outer.empty()) continue;
      return detail::without_inverse(
          path, type, "column " + std::to_string(j) + " has no outer edges (constant in training, or Keras)");
    }
    return {};
  }

  /// Unchanged, or `a_0.0`, `a_1.0`, ...
  std::vector<std::string> feature_names_out(std::vector<std::string> names) const {
    if (encode_ == Encode::ordinal) return names;
    std::vector<std::string> out;
    for (std::size_t j = 0; j < columns_.size(); ++j) {
      for (std::size_t bin = 0; bin < columns_[j].bins(); ++bin)
        out.push_back(names[j] + '_' + std::to_string(bin) + ".0");
    }
    return out;
  }

  std::vector<MissingFlow> missing_flow(const std::vector<MissingFlow>& in) const {
    std::vector<MissingFlow> out;
    for (const std::size_t j : sources_.value) {
      out.push_back(in[j] == MissingFlow::never ? MissingFlow::never : MissingFlow::refused);
    }
    return out;
  }
  Finding refusal(MatrixView<const T> row) const { return detail::refused_nan(row); }

  /// The inner edges and a number beyond either end, for self-test rows made from the state.
  Array typical_cells(std::size_t j) const {
    const detail::BinnedColumn& column = columns_[j];
    Array::Reals cells = column.inner.reals();
    const double low = cells.empty() ? 0.0 : cells.front(), high = cells.empty() ? 0.0 : cells.back();
    cells.push_back(column.outer.empty() ? low - 1 : column.outer.real(0));
    cells.push_back(column.outer.empty() ? high + 1 : column.outer.real(1));
    return Array(std::move(cells));
  }

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    KBinsDiscretizer::header(self, visit);
    visit("encode", self.encode_);
    visit("columns", self.columns_);
  }

  void validate(const detail::Place& at) const {
    (at / "columns").require_count(columns_.size(), this->input_width());
    for (std::size_t j = 0; j < columns_.size(); ++j) {
      detail::check_binned((at / "columns")[j], columns_[j], this->contract());
    }
  }

  void rebuild() {
    edges_.value.clear();
    sources_.value.clear();
    for (std::size_t j = 0; j < columns_.size(); ++j) {
      edges_.value.push_back(columns_[j].inner.reals());
      sources_.value.insert(sources_.value.end(), encode_ == Encode::onehot ? columns_[j].bins() : 1, j);
    }
  }

  friend bool operator==(const KBinsDiscretizer&, const KBinsDiscretizer&) = default;

 private:
  static void check_count(std::int64_t bins) {
    constexpr std::int64_t most = std::int64_t{1} << 22;  // as many values as a file may hold
    if (bins >= 2 && bins <= most) return;
    throw Error(Errc::bad_parameter, std::string(type),
                "expected n_bins from 2 to " + std::to_string(most) + ", got " + std::to_string(bins));
  }

  std::vector<double> edges_of(const detail::ColumnValues<T>& values, std::size_t bins, std::size_t j,
                               FitHealth& health) const {
    const double low = values.value(0), high = values.value(values.size() - 1);
    if (low == high) {
      health.add(FitIssue::constant, j, "all values are " + detail::repr_text(low) + "; one bin");
      return {};
    }
    const bool uniform = options_.value.strategy == BinStrategy::uniform;
    const std::vector<double> edges = uniform ? detail::even_edges(low, high, bins)
                                              : detail::quantile_edges(detail::Ranks<T>(values), bins);
    for (std::size_t i = 1; i < edges.size(); ++i) {
      if (detail::is_finite(&edges[i]) && edges[i - 1] < edges[i]) continue;
      detail::fail_fit(type, j,
                       "the range from " + detail::repr_text(low) + " to " + detail::repr_text(high) +
                           " cannot be divided into " + std::to_string(bins) + " bins",
                       "rescale the column first");
    }
    if (edges.size() != bins + 1) {
      health.add(FitIssue::collision, j,
                 "quantiles within 1e-8 of each other; " +
                     std::to_string(std::max<std::size_t>(edges.size(), 2) - 1) + " bins");
    }
    return edges;
  }

  Encode encode_ = Encode::onehot;
  std::vector<detail::BinnedColumn> columns_{};
  /// How to fit. What the state does not tell is neither stored nor compared.
  detail::Derived<Options> options_{};
  detail::Derived<std::vector<std::vector<double>>> edges_{};
  detail::Derived<std::vector<std::size_t>> sources_{};
};

}  // namespace prepguard::inline PREPGUARD_ABI
