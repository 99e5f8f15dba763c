// SPDX-License-Identifier: MIT
// Highway compiles this file once for each instruction set: foreach_target.h includes it again.
#include "highway_peer.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "highway_peer.cpp"
#include <hwy/foreach_target.h>
//
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace highway::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

template <class T>
HWY_INLINE bool finite(const T* HWY_RESTRICT cells, std::size_t count) {
  const hn::ScalableTag<T> d;
  const std::size_t lanes = hn::Lanes(d);
  std::size_t i = 0;
  auto all = hn::FirstN(d, lanes);
  for (; i + lanes <= count; i += lanes) all = hn::And(all, hn::IsFinite(hn::LoadU(d, cells + i)));
  const hn::CappedTag<T, 1> one;
  bool rest = true;
  for (; i < count; ++i) rest = hn::AllTrue(one, hn::IsFinite(hn::LoadU(one, cells + i))) && rest;
  return rest && hn::AllTrue(d, all);
}

bool finite_float(const float* cells, std::size_t count) {
  return finite(cells, count);
}
bool finite_double(const double* cells, std::size_t count) {
  return finite(cells, count);
}

}  // namespace highway::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace highway {

HWY_EXPORT(finite_float);
HWY_EXPORT(finite_double);

bool all_finite(const float* cells, std::size_t count) {
  return HWY_DYNAMIC_DISPATCH(finite_float)(cells, count);
}
bool all_finite(const double* cells, std::size_t count) {
  return HWY_DYNAMIC_DISPATCH(finite_double)(cells, count);
}

}  // namespace highway
#endif
