// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include "prepguard/version.hpp"

namespace prepguard::inline PREPGUARD_ABI::detail {

/// Bytes that begin a kind of file people mistake for ours.
struct FileSignature {
  std::string_view bytes;
  std::string_view kind;
};

inline constexpr std::array file_signatures{
    FileSignature{"\xFF\xFE", "UTF-16 text (save it as UTF-8)"},
    FileSignature{"\xFE\xFF", "UTF-16 text (save it as UTF-8)"},
    FileSignature{std::string_view("{\0", 2), "UTF-16 text (save it as UTF-8)"},
    FileSignature{std::string_view("\0{", 2), "UTF-16 text (save it as UTF-8)"},
    FileSignature{"\x1F\x8B", "gzip data (decompress it first)"},
    FileSignature{"PK\x03\x04", "a zip archive (.zip, .keras, .npz, .pt)"},
    FileSignature{"\x93NUMPY", "a NumPy array (.npy)"},
    FileSignature{"\x89HDF", "HDF5 data (.h5)"},
    FileSignature{"\x80\x02", "a Python pickle (export it with prepguard.dump)"},
    FileSignature{"\x80\x03", "a Python pickle (export it with prepguard.dump)"},
    FileSignature{"\x80\x04", "a Python pickle (export it with prepguard.dump)"},
    FileSignature{"\x80\x05", "a Python pickle (export it with prepguard.dump)"},
    FileSignature{"version https://git-lfs", "a Git LFS pointer (fetch the file itself: git lfs pull)"},
    FileSignature{"<!DOCTYPE", "an HTML page (perhaps an error page of a download)"},
    FileSignature{"<!doctype", "an HTML page (perhaps an error page of a download)"},
    FileSignature{"<html", "an HTML page (perhaps an error page of a download)"},
    FileSignature{"<HTML", "an HTML page (perhaps an error page of a download)"},
    FileSignature{"<", "XML or HTML"},
    FileSignature{"{\"prepguard\"", "a prepguard file whose first line was changed (seal it again)"},
    FileSignature{"{", "JSON, but not a prepguard file (seal the payload first)"},
    FileSignature{"[", "JSON, but not a prepguard file (seal the payload first)"},
};

/// True for the first bytes of an ONNX model: protobuf field 1 (ir_version, a small number), then another
/// field of its ModelProto (opset_import, graph, or the producer's names).
inline bool looks_like_onnx(std::string_view bytes) noexcept {
  if (bytes.size() < 3 || bytes[0] != '\x08' || bytes[1] < 1 || bytes[1] > 32) return false;
  return std::string_view("\x12\x1A\x22\x28\x32\x3A\x42").find(bytes[2]) != bytes.npos;
}

/// What `bytes`, which are not a sealed file, look like, for a message.
inline std::string_view describe_file_kind(std::string_view bytes) noexcept {
  if (bytes.empty()) return "an empty file";
  if (bytes.starts_with("\xEF\xBB\xBF")) return "text with a byte order mark (save it as UTF-8 without one)";
  if (bytes.size() > 8 && bytes.substr(4, 4) == "TFL3") return "a TensorFlow Lite model";
  if (looks_like_onnx(bytes)) return "an ONNX model or other protobuf data";
  const std::string_view text = bytes.substr(std::min(bytes.find_first_not_of(" \t\r\n"), bytes.size()));
  for (const auto& [signature, kind] : file_signatures) {
    if (text.starts_with(signature)) return kind;
  }
  const auto is_control = [](char c) {
    return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\r' && c != '\n';
  };
  const std::string_view head = bytes.substr(0, 256);
  return std::any_of(head.begin(), head.end(), is_control) ? "other binary data" : "other text";
}

}  // namespace prepguard::inline PREPGUARD_ABI::detail
