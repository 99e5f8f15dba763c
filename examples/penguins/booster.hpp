// SPDX-License-Identifier: MIT
#pragma once

#include <xgboost/c_api.h>

#include <Eigen/Core>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include "../rows.hpp"

namespace penguins {

using examples::Rows;

/// The boosted trees that train.py wrote, run by XGBoost's own library.
class Booster {
 public:
  static std::string title() { return "boosted trees run by XGBoost"; }
  static constexpr const char* file = "booster.json";

  explicit Booster(const std::filesystem::path& path) {
    BoosterHandle booster = nullptr;
    check(XGBoosterCreate(nullptr, 0, &booster));
    booster_.reset(booster);
    check(XGBoosterLoadModel(booster, path.c_str()));
  }

  /// Probabilities of the species, one row a penguin: XGBoost's call for servers, which copies nothing.
  Rows operator()(const Eigen::Ref<const Rows>& features) const {
    const Rows dense = features;
    const std::string values = "{\"data\":[" +
                               std::to_string(reinterpret_cast<std::uintptr_t>(dense.data())) +
                               ",true],\"shape\":[" + std::to_string(dense.rows()) + ',' +
                               std::to_string(dense.cols()) + "],\"typestr\":\"<f4\",\"version\":3}";
    const char* options =
        R"({"type":0,"training":false,"iteration_begin":0,"iteration_end":0,"strict_shape":true,"cache_id":0,"missing":NaN})";
    const bst_ulong* shape = nullptr;
    bst_ulong dimensions = 0;
    const float* probabilities = nullptr;
    check(XGBoosterPredictFromDense(booster_.get(), values.c_str(), options, nullptr, &shape, &dimensions,
                                    &probabilities));
    return Eigen::Map<const Rows>(probabilities, static_cast<Eigen::Index>(shape[0]),
                                  static_cast<Eigen::Index>(shape[1]));
  }

 private:
  struct FreeBooster {
    void operator()(void* handle) const noexcept { XGBoosterFree(handle); }
  };
  static void check(int status) {
    if (status != 0) throw std::runtime_error(XGBGetLastError());
  }

  std::unique_ptr<void, FreeBooster> booster_{};
};

}  // namespace penguins
