#pragma once

#include <array>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>

#include "common/data/augment/view_maker.h"
#include "common/learn/objective.h"
#include "common/learn/samples.h"

namespace covey::learn {

struct PipelineOptions {
  const Samples* samples = nullptr;
  std::size_t steps = 0;
  std::size_t batch = 0;
  Drawing drawing = Drawing::kShuffled;
  bool weak = false;  ///< which views each batch carries
  bool strong = false;
  const data::DataSpec* spec = nullptr;
  data::ViewSettings views;
  torch::Device device = torch::kCPU;
};

/// Makes the batches of one member's local steps on a thread of its own, a few batches ahead of the training
/// that consumes them; small ones when they are asked for, which is faster than to fetch them from another
/// core. Sample i of step s is augmented with draws keyed by (s * batch + i, view), so timing
/// never changes a view.
class BatchPipeline {
 public:
  /// `order` and `augment` are keyed by (a purpose of their own, round, attempt, member).
  BatchPipeline(const PipelineOptions& options, const Stream& order, const Stream& augment);
  ~BatchPipeline();
  BatchPipeline(const BatchPipeline&) = delete;
  BatchPipeline& operator=(const BatchPipeline&) = delete;

  /// The next batch; its tensors are valid until the following call. At most `steps` calls.
  Batch next();
  std::size_t batch() const { return order_.batch(); }

 private:
  /// One batch in use and three ready: on a busy machine the producer's waits for a core then do not reach
  /// the training.
  static constexpr std::size_t kSlots = 4;

  bool worth_a_thread() const;
  void produce();
  /// The next batch that the producer has made.
  Batch take();
  void fill(Batch& slot, std::size_t step);
  void fill_views(Batch& slot, std::size_t step, std::size_t position, std::uint32_t sample);

  PipelineOptions options_;
  SampleOrder order_;
  Stream augment_;
  std::unique_ptr<data::ViewMaker> views_;
  std::array<Batch, kSlots> slots_;

  std::mutex mutex_;
  std::condition_variable ready_;     ///< a batch for the consumer
  std::condition_variable may_fill_;  ///< slots for the producer
  std::size_t refill_at_ = 0;         ///< the producer waits until so many are released
  std::size_t produced_ = 0;
  std::size_t released_ = 0;  ///< batches that the consumer has done with
  std::size_t taken_ = 0;
  bool stopping_ = false;
  std::thread producer_;  ///< of large batches
};

}  // namespace covey::learn
