// SPDX-License-Identifier: MIT
#pragma once

// Built where the build is told of ONNX Runtime's library (PREPGUARD_BENCH_ONNX).
#if defined(PREPGUARD_BENCH_ONNX)

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "../examples/penguins/onnxruntime_c_api.hpp"

/// A scaler as two operators, run by ONNX Runtime through its C API.
namespace onnx {

inline std::string version() {
  return OrtGetApiBase()->GetVersionString();
}

inline const OrtApi& api() {
  static const OrtApi* const table = OrtGetApiBase()->GetApi(1);
  return *table;
}

struct Release {
  void operator()(OrtEnv* p) const noexcept { api().ReleaseEnv(p); }
  void operator()(OrtStatus* p) const noexcept { api().ReleaseStatus(p); }
  void operator()(OrtSession* p) const noexcept { api().ReleaseSession(p); }
  void operator()(OrtSessionOptions* p) const noexcept { api().ReleaseSessionOptions(p); }
  void operator()(OrtMemoryInfo* p) const noexcept { api().ReleaseMemoryInfo(p); }
  void operator()(OrtValue* p) const noexcept { api().ReleaseValue(p); }
};
template <class Object>
using Owned = std::unique_ptr<Object, Release>;

inline void check(OrtStatus* failed) {
  const Owned<OrtStatus> status(failed);
  if (status != nullptr) throw std::runtime_error(api().GetErrorMessage(status.get()));
}

/// What `create(&object)` makes.
template <class Object, class Create>
Owned<Object> made(Create create) {
  Object* object = nullptr;
  check(create(&object));
  return Owned<Object>(object);
}

/// A protobuf message, as far as an .onnx file needs it; the numbers of fields and types are those of
/// onnx.proto.
class Message {
 public:
  Message& number(unsigned field, std::uint64_t value) {
    varint(field << 3U);
    varint(value);
    return *this;
  }
  Message& text(unsigned field, std::string_view bytes) {
    varint(field << 3U | 2U);
    varint(bytes.size());
    bytes_ += bytes;
    return *this;
  }
  Message& message(unsigned field, const Message& inner) { return text(field, inner.bytes_); }
  const std::string& bytes() const { return bytes_; }

 private:
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7U) bytes_ += static_cast<char>(value | 0x80U);
    bytes_ += static_cast<char>(value);
  }
  std::string bytes_{};
};

/// "rows" -> first a -> second b -> "features": two operators, each with one constant a column.
template <class T>
class Session {
 public:
  static constexpr ONNXTensorElementDataType type =
      std::is_same_v<T, float> ? ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT : ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE;

  /// Tensors round memory of the caller.
  struct Binding {
    Owned<OrtValue> in, out;
  };

  Session(std::string_view first, const std::vector<T>& a, std::string_view second, const std::vector<T>& b)
      : cols_(a.size()) {
    const auto file = std::filesystem::temp_directory_path() / "prepguard-benchmark.onnx";
    std::ofstream(file, std::ios::binary) << model(first, a, second, b);
    const auto options = made<OrtSessionOptions>(api().CreateSessionOptions);
    check(api().SetIntraOpNumThreads(options.get(), 1));
    env_ = made<OrtEnv>([](OrtEnv** p) { return api().CreateEnv(ORT_LOGGING_LEVEL_ERROR, "benchmark", p); });
    session_ = made<OrtSession>(
        [&](OrtSession** p) { return api().CreateSession(env_.get(), file.c_str(), options.get(), p); });
    memory_ = made<OrtMemoryInfo>([](OrtMemoryInfo** p) {
      return api().CreateCpuMemoryInfo(OrtDeviceAllocator, OrtMemTypeDefault, p);
    });
    std::filesystem::remove(file);
  }

  std::shared_ptr<Binding> binding(T* in, T* out, std::size_t rows) const {
    return std::make_shared<Binding>(Binding{tensor(in, rows), tensor(out, rows)});
  }
  void run(const Binding& bound) const {
    const char* const in_name = "rows";
    const char* const out_name = "features";
    const OrtValue* const in = bound.in.get();
    OrtValue* out = bound.out.get();
    check(api().Run(session_.get(), nullptr, &in_name, &in, 1, &out_name, 1, &out));
  }

 private:
  static Message node(std::string_view op, std::string_view in, std::string_view constant,
                      std::string_view out) {
    return Message().text(1, in).text(1, constant).text(2, out).text(4, op);
  }
  static Message constant(std::string_view name, const std::vector<T>& cells) {
    const std::string_view raw(reinterpret_cast<const char*>(cells.data()), cells.size() * sizeof(T));
    return Message().number(1, cells.size()).number(2, type).text(8, name).text(9, raw);
  }
  static Message matrix(std::string_view name, std::size_t cols) {
    const Message shape =
        Message().message(1, Message().text(2, "count")).message(1, Message().number(1, cols));
    const Message tensor = Message().number(1, type).message(2, shape);
    return Message().text(1, name).message(2, Message().message(1, tensor));
  }
  static std::string model(std::string_view first, const std::vector<T>& a, std::string_view second,
                           const std::vector<T>& b) {
    const Message graph = Message()
                              .message(1, node(first, "rows", "a", "step"))
                              .message(1, node(second, "step", "b", "features"))
                              .text(2, "scaler")
                              .message(5, constant("a", a))
                              .message(5, constant("b", b))
                              .message(11, matrix("rows", a.size()))
                              .message(12, matrix("features", a.size()));
    return Message().number(1, 7).message(7, graph).message(8, Message().text(1, "").number(2, 13)).bytes();
  }

  Owned<OrtValue> tensor(T* cells, std::size_t rows) const {
    const std::array<std::int64_t, 2> shape{static_cast<std::int64_t>(rows),
                                            static_cast<std::int64_t>(cols_)};
    return made<OrtValue>([&](OrtValue** p) {
      return api().CreateTensorWithDataAsOrtValue(memory_.get(), cells, rows * cols_ * sizeof(T),
                                                  shape.data(), shape.size(), type, p);
    });
  }

  std::size_t cols_;
  Owned<OrtEnv> env_{};
  Owned<OrtSession> session_{};
  Owned<OrtMemoryInfo> memory_{};
};

}  // namespace onnx

#endif
