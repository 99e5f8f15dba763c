// SPDX-License-Identifier: MIT
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "../rows.hpp"
#include "prepguard/model.hpp"

namespace later {

using examples::Rows;

/// A thread that answers requests in the order in which they came, as the queue of an inference server does.
class Worker {
 public:
  using Model = std::function<Rows(const Eigen::Ref<const Rows>&)>;

  explicit Worker(Model model) : model_(std::move(model)), thread_([this] { work(); }) {}
  /// Answers what is waiting, then ends.
  ~Worker() {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// The answer for these features, later. They are not copied: a guard keeps them until the answer is there.
  std::future<Rows> operator()(prepguard::Features<float> features) {
    std::packaged_task<Rows()> task([this, features] { return model_(features); });
    std::future<Rows> answer = task.get_future();
    {
      const std::lock_guard lock(mutex_);
      waiting_.push_back(std::move(task));
      ++asked_;
    }
    changed_.notify_all();
    return answer;
  }

  /// As long as what it returns lives, requests wait.
  [[nodiscard]] auto hold() {
    set_held(true);
    const auto release = [](Worker* worker) { worker->set_held(false); };
    return std::unique_ptr<Worker, decltype(release)>(this, release);
  }

  /// How many requests have come so far, and how many of them wait.
  std::size_t asked() const {
    const std::lock_guard lock(mutex_);
    return asked_;
  }
  std::size_t waiting() const {
    const std::lock_guard lock(mutex_);
    return waiting_.size();
  }

 private:
  void set_held(bool held) {
    {
      const std::lock_guard lock(mutex_);
      held_ = held;
    }
    changed_.notify_all();
  }

  void work() {
    for (std::unique_lock lock(mutex_);;) {
      changed_.wait(lock, [this] { return (!held_ && !waiting_.empty()) || ended_; });
      if (waiting_.empty()) return;
      std::packaged_task<Rows()> task = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      task();
      lock.lock();
    }
  }

  Model model_;
  mutable std::mutex mutex_{};
  std::condition_variable changed_{};
  std::deque<std::packaged_task<Rows()>> waiting_{};
  std::size_t asked_ = 0;
  bool held_ = false, ended_ = false;
  std::thread thread_;
};

}  // namespace later
