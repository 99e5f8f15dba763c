#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes hashes_table.hpp: what TensorFlow's own hash kernels give for texts of every length up to 200.

    make_hashes.py > hashes_table.hpp        # needs TensorFlow; written once, the algorithms do not change

Text N is the first N bytes of the endless "0123456789abcdef..." below, so the table holds hashes only. Buckets are
2^63 - 1, which leaves 63 bits of each hash; that is what TensorFlow shows of them.
"""

import tensorflow as tf

BUCKETS = 2**63 - 1
KEY = (133, -5)
LETTERS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-+"


def text(size: int) -> bytes:
    return "".join(LETTERS[(i * i + 7 * i) % 64] for i in range(size)).encode()


def main() -> None:
    texts = [text(size) for size in range(201)]
    farm = tf.strings.to_hash_bucket_fast(texts, BUCKETS).numpy()
    sip = tf.strings.to_hash_bucket_strong(texts, BUCKETS, KEY).numpy()
    print(f"""// SPDX-License-Identifier: MIT
// Written by make_hashes.py with TensorFlow {tf.__version__}.
#pragma once

#include <cstdint>

namespace hashes {{

struct Row {{
  std::int64_t farm, sip;  // modulo 2^63 - 1
}};

// clang-format off
inline constexpr Row table[] = {{""")
    for a, b in zip(farm, sip):
        print(f"  {{{a}, {b}}},")
    print("""};
// clang-format on

}  // namespace hashes""")


main()
