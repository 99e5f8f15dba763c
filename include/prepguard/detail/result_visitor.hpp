// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <ranges>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "prepguard/detail/call_model.hpp"
#include "prepguard/eigen.hpp"
#include "prepguard/matrix.hpp"
#include "prepguard/model.hpp"

// What a model may return, and where the numbers are in it.
namespace prepguard::inline PREPGUARD_ABI::detail {

/// A result that may hold nothing: optional, expected.
template <class Y>
concept MaybeResult = requires(const Y& y) {
  { y.has_value() } -> std::convertible_to<bool>;
  *y;
};
template <class Y>
concept AdaptedResult = requires(const Y& y) {
  ModelOutput<Y>::cells(y);
};
/// Strided cells that are not Eigen's: Matrix, MatrixView.
template <class Y>
concept MatrixResult = requires(const Y& y) {
  y.data();
  y.rows();
  y.cols();
};
/// One value: a number, an enumerator, a text.
template <class Y>
concept SingleResult =
    std::is_arithmetic_v<Y> || std::is_enum_v<Y> || std::convertible_to<const Y&, std::string_view>;
template <class Y>
concept RangeResult = std::ranges::sized_range<const Y&>;
template <class Y>
concept TupleResult = requires {
  std::tuple_size<Y>::value;
};

template <class Y>
inline constexpr bool is_row_results = false;
template <class S>
inline constexpr bool is_row_results<RowResults<S>> = true;

/// Goes through a result for `rows` rows and shows its numbers to `See`: `see(cells)` for every block of
/// them, `part()` being the number of the result in a tuple, from 1 (0: there is only one). What is no result
/// for so many rows goes to `see_nothing()`, `see_misfit(results)`, `see_count(values)`.
template <class See>
class ResultVisitor {
 public:
  template <class Y>
  void operator()(const Y& y) {
    if constexpr (AdaptedResult<Y>) {
      (*this)(ModelOutput<Y>::cells(y));
    } else if constexpr (is_row_results<Y>) {
      if (y.misfit != Y::none) self().see_misfit(y);
      see(MatrixView(y.cells.data(), y.cells.rows(), y.cells.cols()));
    } else if constexpr (AnyEigen<Y>) {
      visit_eigen(y);
    } else if constexpr (MatrixResult<Y>) {
      see(MatrixView<const CellIn<Y>>(y));
    } else if constexpr (MaybeResult<Y>) {
      if (!y.has_value()) self().see_nothing();
      (*this)(*y);
    } else if constexpr (SingleResult<Y>) {
      visit_values(&y, 1);
    } else if constexpr (RangeResult<Y>) {
      visit_range(y);
    } else if constexpr (TupleResult<Y>) {
      std::apply([this](const auto&... parts) { (this->visit_part(parts), ...); }, y);
    } else {
      static_assert(AdaptedResult<Y>,
                    "prepguard: the model returns a type the guard cannot look into: return an Eigen "
                    "object, Matrix, MatrixView, vector, span, array, number, optional or tuple of "
                    "these, or specialise prepguard::ModelOutput for it");
    }
  }

 protected:
  explicit ResultVisitor(std::size_t rows) noexcept : rows_(rows) {}
  std::size_t rows() const noexcept { return rows_; }
  std::size_t part() const noexcept { return part_; }
  std::string where() const { return part_ == 0 ? "model output" : "model output " + std::to_string(part_); }

 private:
  template <class Y>
  using CellIn = std::remove_cvref_t<decltype(*std::declval<const Y&>().data())>;

  See& self() noexcept { return static_cast<See&>(*this); }
  template <class S>
  void see(const MatrixView<S>& cells) {
    if constexpr (std::is_const_v<S>) {
      self().see(cells);
    } else {
      self().see(MatrixView<const S>(cells));
    }
  }

  template <class Y>
  void visit_eigen(const Y& y) {
    static_assert(
        OwningEigen<Y> || MappedEigen<Y>,
        "prepguard: the model returns a lazy Eigen expression, which may refer to variables that are gone: "
        "end it with .eval(), or give the lambda a return type");
    if constexpr (int{Y::ColsAtCompileTime} == 1 && int{Y::InnerStrideAtCompileTime} == 1) {
      visit_values(y.data(), static_cast<std::size_t>(y.rows()));
    } else {
      see(MatrixView<const typename Y::Scalar>(y));
    }
  }

  template <class Y>
  void visit_range(const Y& y) {
    if constexpr (std::ranges::contiguous_range<const Y&>) {
      visit_values(std::ranges::data(y), std::ranges::size(y));
    } else {
      static_assert(std::integral<std::ranges::range_value_t<const Y&>>,
                    "prepguard: the model returns a range whose cells are not side by side: return a vector");
      self().see_count(std::ranges::size(y));
    }
  }

  template <class Y>
  void visit_part(const Y& y) {
    ++part_;
    (*this)(y);
  }

  /// One value a row; of a single row all values.
  template <class S>
  void visit_values(const S* values, std::size_t count) {
    self().see_count(count);
    see(rows_ == 1 ? MatrixView<const S>(values, 1, count) : MatrixView<const S>(values, count, 1));
  }

  std::size_t rows_;
  std::size_t part_ = 0;
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
