// SPDX-License-Identifier: MIT
#pragma once

#include <httplib.h>

#include <Eigen/Core>
#include <array>
#include <cereal/archives/json.hpp>
#include <cereal/types/vector.hpp>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace remote {

using Rows = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// The server said no, something that is no answer, or nothing in time.
struct ServerError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Appends a number that every JSON reader gives back as it was: the shortest that reads back as this double
/// (they read doubles, and from the shortest for a float, rounded twice, another float might come), and never
/// as a whole number, of which -0 has no sign. JSON has neither NaN nor infinity; the guard lets none pass.
inline void append_number(std::string& text, float value) {
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), double{value}).ptr;
  text.append(digits.data(), end);
  if (std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data())).find_first_of(".en") ==
      std::string_view::npos) {
    text += ".0";
  }
}

inline std::string to_json(const Eigen::Ref<const Rows>& rows) {
  std::string text = "{\"instances\": [";
  for (Eigen::Index i = 0; i < rows.rows(); ++i) {
    for (Eigen::Index k = 0; k < rows.cols(); ++k) {
      text += k != 0 ? ", " : i != 0 ? ", [" : "[";
      append_number(text, rows(i, k));
    }
    text += ']';
  }
  return text + "]}";
}

/// What a JSON text has under `key`, read by the reader that comes with cereal, which takes NaN, too: the
/// guard finds it.
template <class T>
T from_json(const std::string& text, const char* key) {
  T value;
  try {
    std::istringstream in(text);
    cereal::JSONInputArchive archive(in);
    archive(cereal::make_nvp(key, value));
  } catch (const cereal::Exception&) {
    throw ServerError("the server's answer has no \"" + std::string(key) + "\": " + text.substr(0, 60));
  }
  return value;
}

/// A model behind the REST API of TensorFlow Serving. May be called on many threads; each call is a
/// connection of its own.
class RemoteModel {
 public:
  /// `url`: http://host:port; `name`: the model's name there; `timeout`: for connecting, and for each wait.
  RemoteModel(std::string url, const std::string& name, std::chrono::milliseconds timeout)
      : url_(std::move(url)), path_("/v1/models/" + name + ":predict"), timeout_(timeout) {}

  /// One row of predictions for each row. Throws ServerError.
  Rows operator()(const Eigen::Ref<const Rows>& features) const {
    httplib::Client client(url_);
    client.set_connection_timeout(timeout_);
    client.set_read_timeout(timeout_);
    client.set_write_timeout(timeout_);
    const httplib::Result result = client.Post(path_.c_str(), to_json(features), "application/json");
    if (!result)
      throw ServerError("no answer from " + url_ + path_ + ": " + httplib::to_string(result.error()));
    if (result->status != 200) {
      throw ServerError("status " + std::to_string(result->status) + ": " +
                        from_json<std::string>(result->body, "error"));
    }
    return matrix(from_json<std::vector<std::vector<float>>>(result->body, "predictions"));
  }

 private:
  static Rows matrix(const std::vector<std::vector<float>>& lists) {
    Rows rows(lists.size(), lists.empty() ? 0 : lists.front().size());
    for (std::size_t i = 0; i < lists.size(); ++i) {
      if (lists[i].size() != lists.front().size()) throw ServerError("the predictions are no matrix");
      rows.row(static_cast<Eigen::Index>(i)) =
          Eigen::Map<const Eigen::RowVectorXf>(lists[i].data(), rows.cols());
    }
    return rows;
  }

  std::string url_, path_;
  std::chrono::milliseconds timeout_;
};

}  // namespace remote
