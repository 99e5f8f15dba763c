// SPDX-License-Identifier: MIT
#pragma once

#include <tensorflow/c/c_api.h>

#include <Eigen/Core>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>

#include "../rows.hpp"

namespace penguins {

using examples::Rows;

/// The Keras model that train.py exported as a SavedModel, run by TensorFlow's own library through its C API.
class SavedModel {
 public:
  static std::string title() { return std::string("a Keras model run by TensorFlow ") + TF_Version(); }
  static constexpr const char* file = "saved_model";

  explicit SavedModel(const std::filesystem::path& path) : graph_(TF_NewGraph()) {
    const std::unique_ptr<TF_SessionOptions, Delete<TF_DeleteSessionOptions>> options(TF_NewSessionOptions());
    const std::array<const char*, 1> tags{"serve"};
    const Status status(TF_NewStatus());
    session_.reset(TF_LoadSessionFromSavedModel(options.get(), nullptr, path.c_str(), tags.data(),
                                                static_cast<int>(tags.size()), graph_.get(), nullptr,
                                                status.get()));
    check(status);
    // What the graph calls them, as train.py found it in the signature "serving_default".
    std::ifstream names(path / "assets.extra" / "tensors.txt");
    input_ = tensor(names);
    output_ = tensor(names);
  }

  /// Probabilities of the species, one row a penguin. May be called on many threads.
  Rows operator()(const Eigen::Ref<const Rows>& features) const {
    const std::array<std::int64_t, 2> shape{features.rows(), features.cols()};
    const Tensor in(TF_AllocateTensor(TF_FLOAT, shape.data(), 2,
                                      sizeof(float) * static_cast<std::size_t>(features.size())));
    Eigen::Map<Rows>(static_cast<float*>(TF_TensorData(in.get())), features.rows(), features.cols()) =
        features;

    TF_Tensor* in_pointer = in.get();
    TF_Tensor* out_pointer = nullptr;
    const Status status(TF_NewStatus());
    TF_SessionRun(session_.get(), nullptr, &input_, &in_pointer, 1, &output_, &out_pointer, 1, nullptr, 0,
                  nullptr, status.get());
    const Tensor out(out_pointer);
    check(status);
    if (TF_TensorType(out.get()) != TF_FLOAT || TF_NumDims(out.get()) != 2) {
      throw std::runtime_error("the SavedModel does not give a matrix of float32");
    }
    return Eigen::Map<const Rows>(static_cast<const float*>(TF_TensorData(out.get())), TF_Dim(out.get(), 0),
                                  TF_Dim(out.get(), 1));
  }

 private:
  /// Frees with a function of the C API.
  template <auto function>
  struct Delete {
    template <class T>
    void operator()(T* object) const noexcept {
      function(object);
    }
  };
  struct DeleteSession {
    void operator()(TF_Session* session) const noexcept {
      const Status status(TF_NewStatus());
      TF_CloseSession(session, status.get());
      TF_DeleteSession(session, status.get());
    }
  };
  using Status = std::unique_ptr<TF_Status, Delete<TF_DeleteStatus>>;
  using Tensor = std::unique_ptr<TF_Tensor, Delete<TF_DeleteTensor>>;

  static void check(const Status& status) {
    if (TF_GetCode(status.get()) != TF_OK) throw std::runtime_error(TF_Message(status.get()));
  }

  /// The next tensor of a file of lines like `serving_default_input:0`.
  TF_Output tensor(std::istream& names) const {
    std::string operation;
    int index = 0;
    if (!std::getline(names, operation, ':') || !(names >> index >> std::ws)) {
      throw std::runtime_error("the SavedModel comes without assets.extra/tensors.txt");
    }
    TF_Operation* found = TF_GraphOperationByName(graph_.get(), operation.c_str());
    if (found == nullptr) throw std::runtime_error("the SavedModel has no " + operation);
    return {found, index};
  }

  std::unique_ptr<TF_Graph, Delete<TF_DeleteGraph>> graph_;
  std::unique_ptr<TF_Session, DeleteSession> session_{};
  TF_Output input_{}, output_{};
};

}  // namespace penguins
