// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <type_traits>

#include "prepguard/matrix.hpp"
#include "prepguard/version.hpp"

namespace prepguard::inline PREPGUARD_ABI {

namespace detail {

/// A row-major Eigen matrix of cells of `T`, const if `T` is.
template <class T>
using RowMajor = std::conditional_t<
    std::is_const_v<T>,
    const Eigen::Matrix<std::remove_const_t<T>, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>,
    Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;

using AnyStride = Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>;

template <class P, int Options, class S>
void accept_map(const Eigen::Map<P, Options, S>*);

/// An Eigen object that owns its cells; one that shows cells of somebody else; anything of Eigen's that has
/// cells.
template <class M>
concept OwningEigen = std::is_base_of_v<Eigen::PlainObjectBase<M>, M>;
template <class M>
concept MappedEigen = requires(const M* m) {
  detail::accept_map(m);
};
template <class M>
concept AnyEigen = MappedEigen<M> || std::is_base_of_v<Eigen::DenseBase<M>, M>;

}  // namespace detail

/// Cells owned by somebody else as an Eigen object: row after row without gaps, or with strides of any kind.
template <class T>
using EigenMap = Eigen::Map<detail::RowMajor<T>>;
template <class T>
using StridedEigenMap = Eigen::Map<detail::RowMajor<T>, Eigen::Unaligned, detail::AnyStride>;

/// What `view` shows as an Eigen object; nothing is copied.
template <class T>
StridedEigenMap<T> as_eigen(MatrixView<T> view) {
  return {view.data(), static_cast<Eigen::Index>(view.rows()), static_cast<Eigen::Index>(view.cols()),
          detail::AnyStride(view.row_stride(), view.col_stride())};
}

/// The cells of `matrix` as an Eigen object; nothing is copied, so the matrix must outlive it.
template <class T>
EigenMap<T> as_eigen(Matrix<T>& matrix) {
  return {matrix.data(), static_cast<Eigen::Index>(matrix.rows()), static_cast<Eigen::Index>(matrix.cols())};
}
template <class T>
EigenMap<const T> as_eigen(const Matrix<T>& matrix) {
  return {matrix.data(), static_cast<Eigen::Index>(matrix.rows()), static_cast<Eigen::Index>(matrix.cols())};
}
template <class T>
void as_eigen(const Matrix<T>&&) = delete;

}  // namespace prepguard::inline PREPGUARD_ABI
