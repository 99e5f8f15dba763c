// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "prepguard/version.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// Which products of `width` inputs a polynomial expansion has, by degree, inside a degree in lexicographic
/// order of the inputs; an input may come several times unless only `distinct` ones are multiplied.
class PolynomialTerms {
 public:
  /// As many values as a file may hold.
  static constexpr std::size_t max_products = std::size_t{1} << 22;

  PolynomialTerms() = default;
  /// Takes `highest` steps at most, stops once there are too many products and asks for no memory.
  PolynomialTerms(std::size_t width, std::int64_t lowest, std::int64_t highest, bool distinct, bool bias)
      : width_(width), highest_(highest), distinct_(distinct), bias_(bias) {
    std::size_t products = 1;
    for (std::int64_t degree = 0; degree <= highest && products != 0; ++degree) {
      if (degree > 0) full_ += products;
      if (degree > 0 && degree < lowest) cut_ += products;
      if (full_ > max_products) break;
      products = next_degree(products, static_cast<std::size_t>(degree));
    }
  }

  bool too_many() const noexcept { return full_ + 1 > max_products; }
  /// Outputs of all degrees from 1 on; the first `cut` of them are below the lowest degree wanted.
  std::size_t full() const noexcept { return full_; }
  std::size_t cut() const noexcept { return cut_; }
  bool bias() const noexcept { return bias_; }
  std::size_t outputs() const noexcept { return (bias_ ? 1U : 0U) + full_ - cut_; }

  /// Calls `visit(begin, end, input)` for runs of products in their order: each run is the products `begin`
  /// to `end` (of `full`, all of one degree) times one input. Degree 1, the inputs themselves, comes before
  /// them. `starts` is memory for `width + 1` positions.
  template <class Visit>
  void for_each_run(std::size_t* starts, Visit&& visit) const {
    for (std::size_t j = 0; j <= width_; ++j) starts[j] = j;
    std::size_t made = width_;
    for (std::int64_t degree = 2; degree <= highest_ && made < full_; ++degree) {
      const std::size_t end = starts[width_];
      for (std::size_t j = 0; j < width_; ++j) {
        const std::size_t begin = starts[distinct_ ? j + 1 : j];
        starts[j] = made;  // this degree's products that begin with input j
        visit(begin, end, j);
        made += end - begin;
      }
      starts[width_] = made;
    }
  }

  /// The inputs that output `k` multiplies, ascending; none for the bias.
  std::vector<std::size_t> inputs_of(std::size_t k) const {
    std::vector<std::size_t> inputs;
    if (bias_ && k == 0) return inputs;
    std::size_t rest = k - (bias_ ? 1U : 0U) + cut_, products = width_, degree = 1;
    for (; rest >= products; ++degree) {
      rest -= products;
      products = next_degree(products, degree);
    }
    for (std::size_t first = 0; degree > 0; --degree) {
      // `products` of this degree of the inputs from `first` on; skip those that begin with an earlier input.
      for (;; ++first) {
        const std::size_t here = beginning_with_first(products, width_ - first, degree);
        if (rest < here) {
          products = here;
          break;
        }
        rest -= here;
        products -= here;
      }
      inputs.push_back(first);
      if (distinct_) ++first;
    }
    return inputs;
  }

 private:
  /// Products of degree + 1 from the number of those of `degree`. A multiple of degree + 1 before the
  /// division.
  std::size_t next_degree(std::size_t products, std::size_t degree) const noexcept {
    if (distinct_ && degree >= width_) return 0;
    return products * (distinct_ ? width_ - degree : width_ + degree) / (degree + 1);
  }

  /// Of the `products` of `degree` of `width` inputs those that begin with the first of them.
  std::size_t beginning_with_first(std::size_t products, std::size_t width,
                                   std::size_t degree) const noexcept {
    return products * degree / (distinct_ ? width : width + degree - 1);
  }

  std::size_t width_ = 0, full_ = 0, cut_ = 0;
  std::int64_t highest_ = 0;
  bool distinct_ = false, bias_ = false;
};

}  // namespace prepguard::inline PREPGUARD_ABI::detail
