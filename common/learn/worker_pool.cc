#include "common/learn/worker_pool.h"

#include <ATen/Parallel.h>

#include <exception>

namespace covey::learn {

namespace {

/// Nothing may leave a thread by an exception; the owner's loop has someone to tell.
WorkerPool::Completion run_guarded(const WorkerPool::Job& job, LocalTrainer& trainer) {
  try {
    return job(trainer);
  } catch (...) {
    return [error = std::current_exception()] { std::rethrow_exception(error); };
  }
}

}  // namespace

Result<std::unique_ptr<WorkerPool>> WorkerPool::make(const TrainingSetup& setup, std::size_t threads,
                                                     std::function<void()> on_ready) {
  COVEY_CHECK(threads >= 1);
  std::unique_ptr<WorkerPool> pool(new WorkerPool(std::move(on_ready)));
  for (std::size_t i = 0; i < threads; ++i) {
    COVEY_ASSIGN_OR_RETURN(auto trainer, LocalTrainer::make(setup));
    pool->trainers_.push_back(std::move(trainer));
  }
  pool->layout_ = pool->trainers_.front()->layout();
  for (const auto& trainer : pool->trainers_) {
    pool->threads_.emplace_back([raw = pool.get(), replica = trainer.get()] { raw->work(*replica); });
  }
  return pool;
}

WorkerPool::~WorkerPool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    jobs_.clear();
  }
  job_ready_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void WorkerPool::submit(Job job, bool urgent) {
  {
    const std::lock_guard lock(mutex_);
    if (urgent) {
      jobs_.push_front(std::move(job));
    } else {
      jobs_.push_back(std::move(job));
    }
  }
  job_ready_.notify_one();
}

void WorkerPool::work(LocalTrainer& trainer) {
  std::unique_lock lock(mutex_);
  // OpenMP keeps the number of its threads per calling thread: what main set does not hold here.
  at::set_num_threads(1);
  while (true) {
    job_ready_.wait(lock, [&] { return stopping_ || !jobs_.empty(); });
    if (stopping_) return;
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    ++running_;
    lock.unlock();
    Completion completion = run_guarded(job, trainer);
    job = nullptr;  // what the job holds is freed before the next one starts
    lock.lock();
    --running_;
    completions_.push_back(std::move(completion));
    completion_ready_.notify_all();
    if (!on_ready_) continue;
    lock.unlock();
    on_ready_();
    lock.lock();
  }
}

std::size_t WorkerPool::run_completions(bool wait) {
  std::deque<Completion> ready;
  {
    std::unique_lock lock(mutex_);
    if (wait)
      completion_ready_.wait(lock, [&] { return !completions_.empty() || (jobs_.empty() && running_ == 0); });
    ready.swap(completions_);
  }
  for (Completion& completion : ready) completion();
  return ready.size();
}

std::size_t WorkerPool::unfinished() const {
  const std::lock_guard lock(mutex_);
  return jobs_.size() + running_ + completions_.size();
}

}  // namespace covey::learn
