// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include "../rows.hpp"
#include "onnxruntime_c_api.hpp"

namespace penguins {

using examples::Rows;

/// The .onnx file that train.py wrote, run by ONNX Runtime through its C API.
class OnnxSession {
 public:
  static std::string title() { return "a network run by ONNX Runtime " + version(); }
  static constexpr const char* file = "network.onnx";

  explicit OnnxSession(const std::filesystem::path& path) {
    OrtEnv* env = nullptr;
    check(api().CreateEnv(ORT_LOGGING_LEVEL_ERROR, "penguins", &env));
    env_.reset(env);
    OrtSessionOptions* created = nullptr;
    check(api().CreateSessionOptions(&created));
    const std::unique_ptr<OrtSessionOptions, Release> options(created);
    OrtSession* session = nullptr;
    check(api().CreateSession(env, path.c_str(), options.get(), &session));
    session_.reset(session);
    OrtMemoryInfo* memory = nullptr;
    check(api().CreateCpuMemoryInfo(OrtDeviceAllocator, OrtMemTypeDefault, &memory));
    memory_.reset(memory);
  }

  /// Probabilities of the species, one row a penguin. The session reads the features where they are. May be
  /// called on many threads.
  Rows operator()(const Eigen::Ref<const Rows>& features) const {
    if (features.outerStride() != features.cols())
      return (*this)(Rows(features));  // rows with gaps between them
    const std::array<std::int64_t, 2> shape{features.rows(), features.cols()};
    OrtValue* in = nullptr;
    check(api().CreateTensorWithDataAsOrtValue(memory_.get(), const_cast<float*>(features.data()),
                                               sizeof(float) * static_cast<std::size_t>(features.size()),
                                               shape.data(), shape.size(),
                                               ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, &in));
    const std::unique_ptr<OrtValue, Release> input(in);
    const char* input_name = "features";
    const char* output_name = "probabilities";
    OrtValue* out = nullptr;
    check(api().Run(session_.get(), nullptr, &input_name, &in, 1, &output_name, 1, &out));
    return matrix(std::unique_ptr<OrtValue, Release>(out).get());
  }

 private:
  struct Release {
    void operator()(OrtEnv* p) const noexcept { api().ReleaseEnv(p); }
    void operator()(OrtStatus* p) const noexcept { api().ReleaseStatus(p); }
    void operator()(OrtSession* p) const noexcept { api().ReleaseSession(p); }
    void operator()(OrtSessionOptions* p) const noexcept { api().ReleaseSessionOptions(p); }
    void operator()(OrtMemoryInfo* p) const noexcept { api().ReleaseMemoryInfo(p); }
    void operator()(OrtValue* p) const noexcept { api().ReleaseValue(p); }
    void operator()(OrtTensorTypeAndShapeInfo* p) const noexcept { api().ReleaseTensorTypeAndShapeInfo(p); }
  };

  static std::string version() { return OrtGetApiBase()->GetVersionString(); }

  /// The table of functions. Throws where the library is of another major version, or has no version 1 of the
  /// table.
  static const OrtApi& api() {
    static const OrtApi* const table = version().starts_with("1.") ? OrtGetApiBase()->GetApi(1) : nullptr;
    if (table == nullptr)
      throw std::runtime_error("ONNX Runtime " + version() + " has no version 1 of the C API");
    return *table;
  }

  static void check(OrtStatus* failed) {
    const std::unique_ptr<OrtStatus, Release> status(failed);
    if (status != nullptr) throw std::runtime_error(api().GetErrorMessage(status.get()));
  }

  /// A copy of a tensor's values. Throws if it is no matrix of float32.
  static Rows matrix(OrtValue* tensor) {
    OrtTensorTypeAndShapeInfo* created = nullptr;
    check(api().GetTensorTypeAndShape(tensor, &created));
    const std::unique_ptr<OrtTensorTypeAndShapeInfo, Release> info(created);
    ONNXTensorElementDataType type{};
    std::size_t dimensions = 0;
    check(api().GetTensorElementType(info.get(), &type));
    check(api().GetDimensionsCount(info.get(), &dimensions));
    if (type != ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT || dimensions != 2) {
      throw std::runtime_error("the network does not give a matrix of float32");
    }
    std::array<std::int64_t, 2> shape{};
    check(api().GetDimensions(info.get(), shape.data(), shape.size()));
    void* cells = nullptr;
    check(api().GetTensorMutableData(tensor, &cells));
    return Eigen::Map<const Rows>(static_cast<const float*>(cells), shape[0], shape[1]);
  }

  std::unique_ptr<OrtEnv, Release> env_{};
  std::unique_ptr<OrtSession, Release> session_{};
  std::unique_ptr<OrtMemoryInfo, Release> memory_{};
};

}  // namespace penguins
