// SPDX-License-Identifier: MIT
#pragma once

#include <xgboost/c_api.h>

#include <Eigen/Core>
#include <filesystem>
#include <limits>
#include <memory>
#include <stdexcept>

#include "rows.hpp"

namespace penguins {

/// The boosted trees that train.py wrote, run by XGBoost's own library.
class Booster {
 public:
  static constexpr const char* title = "boosted trees run by XGBoost";
  static constexpr const char* file = "booster.json";

  explicit Booster(const std::filesystem::path& path) {
    BoosterHandle booster = nullptr;
    check(XGBoosterCreate(nullptr, 0, &booster));
    booster_.reset(booster);
    check(XGBoosterLoadModel(booster, path.c_str()));
  }

  /// Probabilities of the species, one row a penguin.
  Rows operator()(const Eigen::Ref<const Rows>& features) const {
    const Rows dense = features;
    DMatrixHandle handle = nullptr;
    check(XGDMatrixCreateFromMat(dense.data(), static_cast<bst_ulong>(dense.rows()),
                                 static_cast<bst_ulong>(dense.cols()), std::numeric_limits<float>::quiet_NaN(), &handle));
    const std::unique_ptr<void, FreeMatrix> matrix(handle);
    const float* values = nullptr;
    bst_ulong count = 0;
    check(XGBoosterPredict(booster_.get(), handle, 0, 0, 0, &count, &values));
    const Eigen::Index rows = dense.rows();
    return Eigen::Map<const Rows>(values, rows, rows == 0 ? 0 : static_cast<Eigen::Index>(count) / rows);
  }

 private:
  struct FreeBooster {
    void operator()(void* handle) const noexcept { XGBoosterFree(handle); }
  };
  struct FreeMatrix {
    void operator()(void* handle) const noexcept { XGDMatrixFree(handle); }
  };
  static void check(int status) {
    if (status != 0) throw std::runtime_error(XGBGetLastError());
  }

  std::unique_ptr<void, FreeBooster> booster_{};
};

}  // namespace penguins
