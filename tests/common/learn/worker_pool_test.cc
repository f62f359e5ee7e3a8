#include "common/learn/worker_pool.h"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>

#include "common/nn/state.h"
#include "tests/common/learn/hand_made.h"

namespace covey::learn {
namespace {

using testing::small_setup;
using testing::striped_images;

std::unique_ptr<WorkerPool> pool(std::size_t threads, const TrainingSetup& setup = small_setup()) {
  return *WorkerPool::make(setup, threads, {});
}

void run_all(WorkerPool& workers) {
  while (workers.unfinished() > 0) workers.run_completions(true);
}

/// The models that `members` users reach from the same start.
std::vector<Values> train_members(const TrainingSetup& setup, std::size_t threads, const Samples& samples) {
  constexpr std::uint32_t kMembers = 6;
  const auto workers = pool(threads, setup);
  const auto trainer = *LocalTrainer::make(setup);
  Values start = nn::read_values(trainer->model(), trainer->layout());
  std::vector<Values> results(kMembers);
  for (std::uint32_t member = 0; member < kMembers; ++member) {
    workers->submit([&, member](LocalTrainer& replica) -> WorkerPool::Completion {
      Values values = start;
      Values optimizer;
      const LocalTask task{1, 0, member, setup.experiment.training.objective, &samples};
      EXPECT_TRUE(replica.train(task, values, optimizer).ok());
      return [&results, member, values = std::move(values)] { results[member] = values; };
    });
  }
  run_all(*workers);
  return results;
}

TEST(WorkerPool, WhatAJobThrowsReachesTheOwner) {
  const auto workers = pool(1);
  workers->submit([](LocalTrainer&) -> WorkerPool::Completion { throw std::runtime_error("no memory"); });
  EXPECT_THROW(run_all(*workers), std::runtime_error);
  bool ran = false;
  workers->submit([&](LocalTrainer&) -> WorkerPool::Completion { return [&] { ran = true; }; });
  run_all(*workers);
  EXPECT_TRUE(ran) << "the worker goes on";
}

TEST(WorkerPool, OneAndTwoThreadsGiveTheSameBits) {
  const data::SampleSet images = striped_images(40);
  const Samples samples = all_samples(images);
  TrainingSetup setup = small_setup();
  for (const char* model : {"cnn", "emnist", "resnet8"}) {
    for (const char* norm : {"group", "batch"}) {
      setup.experiment.model.name = model;
      setup.experiment.model.norm = norm;
      const auto one = train_members(setup, 1, samples);
      EXPECT_EQ(train_members(setup, 2, samples), one) << model << ' ' << norm;
      EXPECT_NE(one[0], one[1]) << "members draw differently";
    }
  }
}

TEST(WorkerPool, OneAndTwoThreadsRoundGradientsAlike) {
  const data::SampleSet images = striped_images(40);
  const Samples samples = all_samples(images);
  TrainingSetup setup = small_setup();
  setup.experiment.fqt.mode = "fqt";
  setup.experiment.fqt.gradient_bits = 4;
  for (const char* quantiser : {"ptq", "psq", "bhq"}) {
    setup.experiment.fqt.gradient_quantiser = quantiser;
    EXPECT_EQ(train_members(setup, 2, samples), train_members(setup, 1, samples)) << quantiser;
  }
}

TEST(WorkerPool, LibTorchUsesOneThreadInsideAWorker) {
  at::set_num_threads(2);
  const auto workers = pool(2);
  std::atomic<int> checked{0};
  for (int i = 0; i < 8; ++i) {
    workers->submit([&](LocalTrainer&) -> WorkerPool::Completion {
      EXPECT_EQ(at::get_num_threads(), 1);
      ++checked;
      return [] {};
    });
  }
  run_all(*workers);
  EXPECT_EQ(checked, 8);
  at::set_num_threads(1);
}

TEST(WorkerPool, CompletionsRunOnTheCallersThread) {
  const auto workers = pool(1);
  std::thread::id completed;
  workers->submit([&](LocalTrainer&) -> WorkerPool::Completion {
    return [&] { completed = std::this_thread::get_id(); };
  });
  run_all(*workers);
  EXPECT_EQ(completed, std::this_thread::get_id());
}

TEST(WorkerPool, AnUrgentJobGoesBeforeTheQueue) {
  const auto workers = pool(1);
  std::mutex gate;
  std::vector<int> order;
  const auto job = [&](int number) {
    return [&, number](LocalTrainer&) -> WorkerPool::Completion {
      const std::lock_guard lock(gate);
      return [&order, number] { order.push_back(number); };
    };
  };
  {
    const std::lock_guard lock(gate);
    std::atomic<bool> started{false};
    workers->submit([&](LocalTrainer&) -> WorkerPool::Completion {
      started = true;
      const std::lock_guard inner(gate);
      return [] {};
    });
    while (!started) std::this_thread::yield();
    workers->submit(job(1));
    workers->submit(job(2));
    workers->submit(job(3), true);
  }
  run_all(*workers);
  EXPECT_EQ(order, (std::vector<int>{3, 1, 2}));
}

TEST(WorkerPool, WaitingWithNothingToDoReturnsAtOnce) {
  const auto workers = pool(1);
  EXPECT_EQ(workers->run_completions(true), 0u);
  EXPECT_EQ(workers->unfinished(), 0u);
}

TEST(WorkerPool, OnReadyMayCallThePool) {
  std::atomic<std::size_t> seen{0};
  WorkerPool* raw = nullptr;
  const auto workers = *WorkerPool::make(small_setup(), 1, [&] { seen = raw->unfinished(); });
  raw = workers.get();
  workers->submit([](LocalTrainer&) -> WorkerPool::Completion { return [] {}; });
  while (seen == 0) std::this_thread::yield();
  EXPECT_EQ(seen, 1u);
  EXPECT_EQ(workers->run_completions(false), 1u);
}

TEST(WorkerPool, DropsWaitingJobsWhenItGoes) {
  std::atomic<int> ran{0};
  std::atomic<bool> both_submitted{false};
  {
    const auto workers = pool(1);
    workers->submit([&, raw = workers.get()](LocalTrainer&) -> WorkerPool::Completion {
      while (!both_submitted) std::this_thread::yield();
      while (raw->unfinished() > 1) std::this_thread::yield();  // until the destructor has emptied the queue
      return [] {};
    });
    workers->submit([&](LocalTrainer&) -> WorkerPool::Completion {
      ++ran;
      return [] {};
    });
    both_submitted = true;
  }
  EXPECT_EQ(ran, 0);
}

TEST(WorkerPool, AWrongSetupIsAStatus) {
  TrainingSetup setup = small_setup();
  setup.experiment.model.name = "vgg";
  EXPECT_EQ(WorkerPool::make(setup, 1, {}).status().code(), Code::kInvalidArgument);
}

}  // namespace
}  // namespace covey::learn
