// SPDX-License-Identifier: MIT
// The C++ side of python_text.py: reads a job from standard input, writes the answers to standard output.
//
//   text_peer repr64|repr32      numbers as little-endian bytes -> one text a line
//   text_peer json|csv64|csv32   one number text a line -> its bits in hexadecimal, or "none"
//   text_peer check              documents, each after its length (4 bytes, little-endian) -> "ok" or the
//   error a line text_peer rewrite            the same -> canonical texts, each after its length text_peer
//   seal|unseal        bytes -> bytes, or the error on standard error
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <functional>
#include <iostream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <type_traits>

#include "json_copy.hpp"
#include "prepguard/detail/envelope.hpp"
#include "prepguard/detail/float_environment.hpp"
#include "prepguard/detail/json_scanner.hpp"
#include "prepguard/detail/number_text.hpp"

namespace {

namespace detail = prepguard::detail;

std::uint64_t little_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

template <class T>
using BitsOf = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;

template <class T>
void print_numbers(std::string_view input, std::ostream& out) {
  for (; !input.empty(); input.remove_prefix(sizeof(T))) {
    const auto bits = static_cast<BitsOf<T>>(little_endian(input.substr(0, sizeof(T))));
    T value;
    std::memcpy(&value, &bits, sizeof value);
    out << detail::repr_text(value) << '\n';
  }
}

template <class T>
void read_numbers(const std::string& input, std::ostream& out,
                  const std::function<std::optional<T>(std::string_view)>& parse) {
  std::istringstream lines(input);
  out << std::hex;
  for (std::string line; std::getline(lines, line);) {
    const std::optional<T> value = parse(line);
    BitsOf<T> bits{};
    if (value) std::memcpy(&bits, &*value, sizeof bits);
    if (value) {
      out << bits << '\n';
    } else {
      out << "none\n";
    }
  }
}

void for_each_document(std::string_view input, const std::function<void(std::string_view)>& visit) {
  while (!input.empty()) {
    const auto size = static_cast<std::size_t>(little_endian(input.substr(0, 4)));
    visit(input.substr(4, size));
    input.remove_prefix(4 + size);
  }
}

void check(std::string_view document, std::ostream& out) {
  try {
    detail::JsonScanner(document, 1).scan();
    out << "ok\n";
  } catch (const prepguard::Error& error) {
    out << name(error.code()) << ": " << error.what() << '\n';
  }
}

void rewrite(std::string_view document, std::ostream& out) {
  const std::string text = prepguard_tests::JsonCopy(document).canonical();
  for (int shift = 0; shift < 32; shift += 8) out << static_cast<char>(text.size() >> shift & 0xFF);
  out << text;
}

int run(std::string_view job, const std::string& input, std::ostream& out) {
  if (job == "repr64") {
    print_numbers<double>(input, out);
  } else if (job == "repr32") {
    print_numbers<float>(input, out);
  } else if (job == "json") {
    read_numbers<double>(input, out, detail::parse_json_real);
  } else if (job == "csv64") {
    read_numbers<double>(input, out, detail::parse_number<double>);
  } else if (job == "csv32") {
    read_numbers<float>(input, out, detail::parse_number<float>);
  } else if (job == "check") {
    for_each_document(input, [&](std::string_view document) { check(document, out); });
  } else if (job == "rewrite") {
    for_each_document(input, [&](std::string_view document) { rewrite(document, out); });
  } else if (job == "seal") {
    out << detail::seal(input);
  } else if (job == "unseal") {
    out << detail::unseal(input, detail::default_file_cap, "stdin");
  } else {
    return 2;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const detail::FloatEnvironment environment;
  std::ios::sync_with_stdio(false);
  const std::string input{std::istreambuf_iterator<char>(std::cin), {}};
  try {
    return argc == 2 ? run(argv[1], input, std::cout) : 2;
  } catch (const prepguard::Error& error) {
    std::cerr << name(error.code()) << ": " << error.what() << '\n';
    return 3;
  }
}
