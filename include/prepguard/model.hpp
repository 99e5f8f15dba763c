// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <span>

#include "prepguard/eigen.hpp"
#include "prepguard/version.hpp"

// What a guard takes for a model, and how to teach it another.
//
// A model is any callable: function, lambda, std::function, std::bind_front(&Net::predict, &net),
// std::ref(net). It is given the features in the first of these forms that it accepts:
//
//   all rows at once   Features<T>: a row-major Eigen map. So parameters may be Eigen matrices, arrays and
//   Refs of
//                      matrices, MatrixView<const T>, or generic (const auto&); no copy unless the parameter
//                      is one const T* cells, rows, cols
//   row by row         std::span<const T>; FeatureRow<T>: an Eigen vector; const std::vector<T>&; a single
//   number T.
//                      The rows are handed over in order and the results gathered as a Matrix; a call that is
//                      made with a single row (a vector, a span) returns what the model returned
//   all rows, copied   const Eigen::MatrixX<T>&, for overloads that only an exact type can tell apart
//
// `guard(model)` without a pipeline hands over the caller's own object if that is Eigen's, or if the model
// takes it but no Eigen map.
//
// What a call has behind the rows is handed on to the model behind the features, as it is: `predict(rows,
// mask, session)` is `model(features, mask, session)`. A model that is called row by row gets it with each
// row.
//
// A result has one row for each row that came in. It may be an Eigen matrix, array or map, Matrix,
// MatrixView, a number, a contiguous range of values (vector, span, array, Eigen column: one value a row; of
// a single row it is that row's values), or optionals and tuples of these. Its floating-point cells are
// checked in memory by their bits.
//
// A result may come later: std::future, std::shared_future, or anything that has `get()` (not a pointer).
// Then the call returns a GuardedFuture (guarded_future.hpp), whose `get` checks the result; until then it
// keeps the features, and the very object that the model was given, where they are. So a model may capture a
// view that it was given (Features<T>, MatrixView, span, pointer), by value or by reference. What Eigen makes
// of a view for a parameter `const Eigen::MatrixX<T>&` is gone when the model returns: take it by value, and
// capture by value.
namespace prepguard::inline PREPGUARD_ABI {

namespace detail {

/// An Eigen type of which a dimension is fixed when it is compiled, a vector for instance.
template <class P>
concept FixedShape = requires {
  P::RowsAtCompileTime;
  P::ColsAtCompileTime;
}
&&(int{P::RowsAtCompileTime} != Eigen::Dynamic || int{P::ColsAtCompileTime} != Eigen::Dynamic);

/// An Eigen type that is a row or a column of any length.
template <class P>
concept AnyVector = FixedShape<P> && int{P::SizeAtCompileTime} == Eigen::Dynamic &&
                    (int{P::RowsAtCompileTime} == 1 || int{P::ColsAtCompileTime} == 1);

template <class P>
concept NoVector = requires {
  P::SizeAtCompileTime;
}
&&!AnyVector<P>;

}  // namespace detail

/// The features of all rows, row after row, as an Eigen map. Eigen would let it become a vector, or a matrix
/// of a fixed size, by dropping what does not fit (only asserted); this one does not compile there.
template <class T>
class Features : public EigenMap<const T> {
 public:
  using EigenMap<const T>::EigenMap;

  template <detail::FixedShape P>
  operator P() const = delete;
  template <class U, std::size_t N>
  operator std::span<U, N>() const = delete;
};

/// The features of one row as an Eigen vector; becomes vectors of any length only.
template <class T>
class FeatureRow : public Eigen::Map<const Eigen::Matrix<T, Eigen::Dynamic, 1>> {
 public:
  using Eigen::Map<const Eigen::Matrix<T, Eigen::Dynamic, 1>>::Map;

  template <detail::NoVector P>
  operator P() const = delete;
};

namespace detail {

/// The features of all rows as a matrix of their own: binds to `const Eigen::MatrixX<T>&` exactly, so that
/// overloads for float and for double are told apart; like Features it does not become anything of a fixed
/// size.
template <class T>
class FeatureCopy : public Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic> {
 public:
  explicit FeatureCopy(const Features<T>& features)
      : Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>(features) {}

  template <FixedShape P>
  operator P() const = delete;
};

}  // namespace detail

/// How to call a model that takes none of the forms above. Specialise it for the model's type:
/// ```
/// template <> struct prepguard::CallModel<Engine> {
///   static std::vector<float> call(const Engine& engine, prepguard::MatrixView<const float> features);
/// };
/// ```
template <class Model>
struct CallModel {};

/// Where the numbers are in a result that is none of those above. Specialise it for the result's type;
/// `cells` returns something the guard knows:
/// ```
/// template <> struct prepguard::ModelOutput<Prediction> {
///   static auto cells(const Prediction& p) { return std::tie(p.mean, p.spread); }
/// };
/// ```
template <class Result>
struct ModelOutput {};

/// How to wait for a result that comes later and has no `get()`. Specialise it for the type that the model
/// returns, which must be movable. `get` is called once, returns the result by value or throws what the model
/// threw; `wait`, if there is one, returns when the model has done with the features (without it a result
/// that nobody asked for is taken with `get`):
/// ```
/// template <> struct prepguard::ModelFuture<Ticket> {
///   static std::vector<float> get(Ticket& ticket) { return ticket.queue->take(ticket.number); }
///   static void wait(Ticket& ticket) { ticket.queue->wait_for(ticket.number); }
/// };
/// ```
template <class Later>
struct ModelFuture {};

}  // namespace prepguard::inline PREPGUARD_ABI
