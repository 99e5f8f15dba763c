// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "interleaved.hpp"
#include "prepguard/detail/instruction_set.hpp"
#include "prepguard/detail/lanes.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/// The fastest ways to touch bytes that we know of: what no kernel can beat. And what makes a variant of each
/// instruction set.
namespace bench {

namespace rooflines {

template <std::size_t Bytes>
using Vector = prepguard::detail::Lanes<std::uint64_t, Bytes / 8>;

template <class V>
[[gnu::always_inline]] inline void read_into(V& sum, const unsigned char* p) {
  V v;
  std::memcpy(&v, p, sizeof v);
  sum |= v;
}

/// Reads all bytes with vectors of `Bytes` bytes and combines them.
template <std::size_t Bytes>
[[gnu::always_inline]] inline std::uint64_t read_all(const unsigned char* p, std::size_t size) {
  Vector<Bytes> a{}, b{}, c{}, d{};
  const unsigned char* const end = p + size;
  for (; end - p >= static_cast<std::ptrdiff_t>(8 * Bytes); p += 8 * Bytes) {
    read_into(a, p);
    read_into(b, p + Bytes);
    read_into(c, p + 2 * Bytes);
    read_into(d, p + 3 * Bytes);
    read_into(a, p + 4 * Bytes);
    read_into(b, p + 5 * Bytes);
    read_into(c, p + 6 * Bytes);
    read_into(d, p + 7 * Bytes);
  }
  for (; end - p >= static_cast<std::ptrdiff_t>(Bytes); p += Bytes) read_into(a, p);
  if (p != end && size >= Bytes) read_into(b, end - Bytes);
  const Vector<Bytes> sum = (a | b) | (c | d);
  return sum[0] | sum[1];
}

template <class V>
[[gnu::always_inline]] inline void copy_into(unsigned char* to, const unsigned char* from) {
  V v;
  std::memcpy(&v, from, sizeof v);
  std::memcpy(to, &v, sizeof v);
}

/// Copies with vectors of `Bytes` bytes, four at a time.
template <std::size_t Bytes>
[[gnu::always_inline]] inline void copy_all(unsigned char* to, const unsigned char* from, std::size_t size) {
  using V = Vector<Bytes>;
  std::size_t i = 0;
  for (; i + 4 * Bytes <= size; i += 4 * Bytes) {
    copy_into<V>(to + i, from + i);
    copy_into<V>(to + i + Bytes, from + i + Bytes);
    copy_into<V>(to + i + 2 * Bytes, from + i + 2 * Bytes);
    copy_into<V>(to + i + 3 * Bytes, from + i + 3 * Bytes);
  }
  for (; i + Bytes <= size; i += Bytes) copy_into<V>(to + i, from + i);
  for (; i < size; ++i) to[i] = from[i];
}

using Read = std::uint64_t (*)(const unsigned char*, std::size_t);
using Copy = void (*)(unsigned char*, const unsigned char*, std::size_t);

[[gnu::noinline]] inline std::uint64_t read_128(const unsigned char* p, std::size_t size) {
  return read_all<16>(p, size);
}
[[gnu::noinline]] inline void copy_128(unsigned char* to, const unsigned char* from, std::size_t size) {
  copy_all<16>(to, from, size);
}
#if defined(__x86_64__)
[[gnu::noinline, gnu::target("avx2")]] inline std::uint64_t read_256(const unsigned char* p,
                                                                     std::size_t size) {
  return read_all<32>(p, size);
}
[[gnu::noinline, gnu::target("avx512f")]] inline std::uint64_t read_512(const unsigned char* p,
                                                                        std::size_t size) {
  return read_all<64>(p, size);
}
[[gnu::noinline, gnu::target("avx2")]] inline void copy_256(unsigned char* to, const unsigned char* from,
                                                            std::size_t size) {
  copy_all<32>(to, from, size);
}
[[gnu::noinline, gnu::target("avx512f")]] inline void copy_512(unsigned char* to, const unsigned char* from,
                                                               std::size_t size) {
  copy_all<64>(to, from, size);
}
#endif

#if defined(__SSE2__)
/// Copies whole vectors past the caches; `to` is 16-byte aligned.
inline void stream_copy(unsigned char* to, const unsigned char* from, std::size_t size) {
  std::size_t i = 0;
  for (; i + 16 <= size; i += 16) {
    _mm_stream_si128(reinterpret_cast<__m128i*>(to + i),
                     _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + i)));
  }
  _mm_sfence();
  std::memcpy(to + i, from + i, size - i);
}
#endif

struct Width {
  const char* bits;
  prepguard::InstructionSet set;
  Read read;
  Copy copy;
};

/// The widths that this machine has.
inline std::vector<Width> widths() {
  std::vector<Width> found{{"128 bits", prepguard::InstructionSet::generic, read_128, copy_128}};
#if defined(__x86_64__)
  for (const Width& width : {Width{"256 bits", prepguard::InstructionSet::avx2, read_256, copy_256},
                             Width{"512 bits", prepguard::InstructionSet::avx512, read_512, copy_512}}) {
    if (prepguard::dispatch::is_available(width.set)) found.push_back(width);
  }
#endif
  return found;
}

}  // namespace rooflines

/// Plain reads of `size` bytes with vectors of each width.
inline void add_reads(std::vector<Variant>& variants, const void* bytes, std::size_t size) {
  const auto* const from = static_cast<const unsigned char*>(bytes);
  for (const rooflines::Width& width : rooflines::widths()) {
    variants.push_back(limit(std::string("read, ") + width.bits, [=] { keep(width.read(from, size)); }));
  }
}

/// memcpy, a loop of copies with vectors of each width, and for sizes that matter to them copies past the
/// caches.
inline void add_copies(std::vector<Variant>& variants, void* out, const void* in, std::size_t size) {
  auto* const to = static_cast<unsigned char*>(out);
  const auto* const from = static_cast<const unsigned char*>(in);
#if defined(__SSE2__)
  // First, because what follows finds nothing in the caches. Slower than memcpy while they hold both.
  if (size >= std::size_t{1} << 20) {
    variants.push_back(limit("streaming copy", [=] {
      rooflines::stream_copy(to, from, size);
      keep(to);
    }));
  }
#endif
  variants.push_back(limit("memcpy", [=] {
    std::memcpy(to, from, size);
    keep(to);
  }));
  for (const rooflines::Width& width : rooflines::widths()) {
    variants.push_back(limit(std::string("copy loop, ") + width.bits, [=] {
      width.copy(to, from, size);
      keep(to);
    }));
  }
}

/// `make()` as it is dispatched, and once more with each instruction set forced; `make` gives a variant, and
/// tries it while the set is forced.
template <class Make>
void add_instruction_sets(std::vector<Variant>& variants, const std::string& title, Make make) {
  const prepguard::InstructionSet chosen = prepguard::instruction_set();
  variants.push_back(make(title + ", dispatched"));
  for (const prepguard::InstructionSet set : prepguard::available_instruction_sets()) {
    prepguard::force_instruction_set(set);
    Variant forced = make(title + ", " + std::string(name(set)));
    forced.time = [set, chosen, time = std::move(forced.time)](std::size_t runs) {
      prepguard::force_instruction_set(set);
      const double ns = time(runs);
      prepguard::force_instruction_set(chosen);
      return ns;
    };
    variants.push_back(std::move(forced));
  }
  prepguard::force_instruction_set(chosen);
}

}  // namespace bench
