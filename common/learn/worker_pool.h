#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "common/learn/local_trainer.h"

namespace covey::learn {

/// Threads that own a model replica each and run jobs on them. The result of a job comes back as a completion
/// that the owner of the pool runs on its own thread, so that state machines stay single-threaded. Inside a
/// worker LibTorch uses that one thread only: parallelism comes from the number of workers, which then
/// changes no bit of a result.
class WorkerPool {
 public:
  using Completion = std::function<void()>;
  using Job = std::function<Completion(LocalTrainer&)>;

  /// `on_ready` is called from a worker whenever a completion waits (to wake a loop); it may be empty, and it
  /// may call the pool.
  static Result<std::unique_ptr<WorkerPool>> make(const TrainingSetup& setup, std::size_t threads,
                                                  std::function<void()> on_ready);
  /// Waits for the jobs that run; those that wait are dropped.
  ~WorkerPool();

  /// Queues a job; an urgent one goes before the others. What a job throws is thrown again by
  /// run_completions().
  void submit(Job job, bool urgent = false);

  /// Runs the completions that are there on the calling thread. With `wait`, blocks until there is at least
  /// one, unless no job is queued or running. Returns how many ran.
  std::size_t run_completions(bool wait);

  std::size_t unfinished() const;  ///< jobs queued or running, and completions that have not run
  const Layout& layout() const { return layout_; }

 private:
  explicit WorkerPool(std::function<void()> on_ready) : on_ready_(std::move(on_ready)) {}
  void work(LocalTrainer& trainer);

  std::function<void()> on_ready_;
  Layout layout_;
  std::vector<std::unique_ptr<LocalTrainer>> trainers_;
  std::vector<std::thread> threads_;
  mutable std::mutex mutex_;
  std::condition_variable job_ready_;
  std::condition_variable completion_ready_;
  std::deque<Job> jobs_;
  std::deque<Completion> completions_;
  std::size_t running_ = 0;
  bool stopping_ = false;
};

}  // namespace covey::learn
