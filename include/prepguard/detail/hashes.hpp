// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

#include "prepguard/version.hpp"

// The two hash functions by which Keras spreads values over buckets, over bytes, as TensorFlow calls them.
// What they give is part of fitted models, so they are those algorithms to the bit;
// python/prepguard/hashes.py is their twin.
namespace prepguard::inline PREPGUARD_ABI::detail {

/// The 64-bit fingerprint of FarmHash, Geoff Pike's published algorithm for hashes that stay.
class FarmHash {
 public:
  static constexpr std::uint64_t of(std::string_view bytes) noexcept {
    const FarmHash hash(bytes);
    const std::size_t size = bytes.size();
    return size <= 16   ? hash.up_to_16()
           : size <= 32 ? hash.up_to_32()
           : size <= 64 ? hash.up_to_64()
                        : hash.longer();
  }

 private:
  using Word = std::uint64_t;
  using Pair = std::pair<Word, Word>;
  static constexpr Word k0 = 0xc3a5'c85c'97cb'3127U, k1 = 0xb492'b66f'be98'f273U, k2 = 0x9ae1'6a3b'2f90'404fU;

  constexpr explicit FarmHash(std::string_view bytes) noexcept : bytes_(bytes), size_(bytes.size()) {}

  /// `count` bytes from `at`, little-endian on every machine.
  constexpr Word word(std::size_t at, std::size_t count = 8) const noexcept {
    Word value = 0;
    for (std::size_t i = 0; i < count; ++i)
      value |= Word{static_cast<unsigned char>(bytes_[at + i])} << (8 * i);
    return value;
  }
  constexpr Word multiplier() const noexcept { return k2 + 2 * size_; }
  static constexpr Word fold(Word x) noexcept { return x ^ (x >> 47); }
  static constexpr Word mix(Word u, Word v, Word by) noexcept {
    return fold((v ^ fold((u ^ v) * by)) * by) * by;
  }

  constexpr Word up_to_16() const noexcept {
    if (size_ >= 8) {
      const Word a = word(0) + k2, b = word(size_ - 8);
      return mix(std::rotr(b, 37) * multiplier() + a, (std::rotr(a, 25) + b) * multiplier(), multiplier());
    }
    if (size_ >= 4) return mix(size_ + (word(0, 4) << 3), word(size_ - 4, 4), multiplier());
    if (size_ == 0) return k2;
    const Word y = word(0, 1) + (word(size_ / 2, 1) << 8), z = size_ + (word(size_ - 1, 1) << 2);
    return fold((y * k2) ^ (z * k0)) * k2;
  }

  /// What the ends of 17 to 64 bytes are folded into; `first` multiplies the first word.
  constexpr Pair halves(Word first) const noexcept {
    const Word a = word(0) * first, b = word(8), c = word(size_ - 8) * multiplier(),
               d = word(size_ - 16) * k2;
    return {std::rotr(a + b, 43) + std::rotr(c, 30) + d, a + std::rotr(b + k2, 18) + c};
  }
  constexpr Word up_to_32() const noexcept {
    const Pair ends = halves(k1);
    return mix(ends.first, ends.second, multiplier());
  }
  constexpr Word up_to_64() const noexcept {
    const Pair ends = halves(k2);
    const Word by = multiplier(), z = mix(ends.first, ends.second, by);
    const Word e = word(16) * by, f = word(24);
    const Word g = (ends.first + word(size_ - 32)) * by, h = (z + word(size_ - 24)) * by;
    return mix(std::rotr(e + f, 43) + std::rotr(g, 30) + h, e + std::rotr(f + word(0) * k2, 18) + g, by);
  }

  struct State {
    Word x, y, z;
    Pair v, w;
  };
  constexpr Pair weak(std::size_t at, Word a, Word b) const noexcept {
    a += word(at);
    b = std::rotr(a + b + word(at + 24), 21);
    const Word c = a;
    a += word(at + 8) + word(at + 16);
    return {a + word(at + 24), b + std::rotr(a, 44) + c};
  }
  /// Takes in 64 bytes; the last round weighs two terms by nine.
  constexpr void round(State& s, std::size_t at, Word by, Word weight) const noexcept {
    s.x = (std::rotr(s.x + s.y + s.v.first + word(at + 8), 37) * by) ^ (s.w.second * weight);
    s.y = std::rotr(s.y + s.v.second + word(at + 48), 42) * by + s.v.first * weight + word(at + 40);
    s.z = std::rotr(s.z + s.w.first, 33) * by;
    s.v = weak(at, s.v.second * by, s.x + s.w.first);
    s.w = weak(at + 32, s.z + s.w.second, s.y + word(at + 16));
    std::swap(s.z, s.x);
  }
  constexpr Word longer() const noexcept {
    State s{81, 81 * k1 + 113, 0, {0, 0}, {0, 0}};
    s.z = fold(s.y * k2 + 113) * k2;
    s.x = s.x * k2 + word(0);
    for (std::size_t at = 0; at < (size_ - 1) / 64 * 64; at += 64) round(s, at, k1, 1);
    const Word by = k1 + ((s.z & 255) << 1);
    s.w.first += (size_ - 1) % 64;
    s.v.first += s.w.first;
    s.w.first += s.v.first;
    round(s, size_ - 64, by, 9);
    return mix(mix(s.v.first, s.w.first, by) + fold(s.y) * k0 + s.z, mix(s.v.second, s.w.second, by) + s.x,
               by);
  }

  std::string_view bytes_;
  std::size_t size_;
};

/// SipHash-2-4 of Aumasson and Bernstein with a key of two words.
constexpr std::uint64_t siphash(std::string_view bytes, std::uint64_t low, std::uint64_t high) noexcept {
  std::array<std::uint64_t, 4> v{low ^ 0x736f'6d65'7073'6575U, high ^ 0x646f'7261'6e64'6f6dU,
                                 low ^ 0x6c79'6765'6e65'7261U, high ^ 0x7465'6462'7974'6573U};
  const auto rounds = [&v](int count) {
    for (; count > 0; --count) {
      v[0] += v[1];
      v[2] += v[3];
      v[1] = std::rotl(v[1], 13) ^ v[0];
      v[3] = std::rotl(v[3], 16) ^ v[2];
      v[0] = std::rotl(v[0], 32) + v[3];
      v[2] += v[1];
      v[1] = std::rotl(v[1], 17) ^ v[2];
      v[3] = std::rotl(v[3], 21) ^ v[0];
      v[2] = std::rotl(v[2], 32);
    }
  };
  for (std::size_t at = 0; at <= bytes.size(); at += 8) {
    const std::size_t left = bytes.size() - at;
    std::uint64_t word = left < 8 ? std::uint64_t{bytes.size() & 255} << 56 : 0;
    for (std::size_t i = 0; i < (left < 8 ? left : 8); ++i) {
      word |= std::uint64_t{static_cast<unsigned char>(bytes[at + i])} << (8 * i);
    }
    v[3] ^= word;
    rounds(2);
    v[0] ^= word;
  }
  v[2] ^= 255;
  rounds(4);
  return v[0] ^ v[1] ^ v[2] ^ v[3];
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
