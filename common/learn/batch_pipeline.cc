#include "common/learn/batch_pipeline.h"

#include "common/data/kinds/registry.h"
#include "common/learn/sample_batch.h"

namespace covey::learn {

namespace {

/// Values of a batch, those of strong views counted so many times as they cost more to make.
constexpr std::size_t kWorthAThread = 1 << 16;
constexpr std::size_t kStrongCost = 8;

}  // namespace

BatchPipeline::BatchPipeline(const PipelineOptions& options, const Stream& order, const Stream& augment)
    : options_(options),
      order_(options.samples->size(), options.batch, order, options.drawing),
      augment_(augment),
      views_(data::kind_of(options.spec->format).views(*options.spec, options.views)) {
  const bool ahead = worth_a_thread();
  for (Batch& slot : Span<Batch>(slots_.data(), ahead ? slots_.size() : 1)) {
    if (options_.weak) slot.weak = empty_batch(*options_.spec, order_.batch());
    if (options_.strong) slot.strong = empty_batch(*options_.spec, order_.batch());
    slot.labels = torch::empty({static_cast<std::int64_t>(order_.batch())}, torch::kInt64);
    if (!options_.samples->sure.empty())
      slot.sure = torch::empty({static_cast<std::int64_t>(order_.batch())}, torch::kFloat32);
  }
  if (ahead) producer_ = std::thread([this] { produce(); });
}

bool BatchPipeline::worth_a_thread() const {
  const std::size_t views = options_.weak + kStrongCost * options_.strong;
  return order_.batch() * options_.spec->format.values() * views >= kWorthAThread;
}

BatchPipeline::~BatchPipeline() {
  if (!producer_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  may_fill_.notify_one();
  producer_.join();
}

void BatchPipeline::produce() {
  for (std::size_t step = 0; step < options_.steps; ++step) {
    {
      std::unique_lock lock(mutex_);
      if (!stopping_ && step >= released_ + kSlots) {
        // Woken for two batches, not for each: with tiny models these wake-ups would cost more than the
        // images.
        refill_at_ = step + 2 - kSlots;
        may_fill_.wait(lock, [&] { return stopping_ || released_ >= refill_at_; });
      }
      if (stopping_) return;
    }
    fill(slots_[step % kSlots], step);
    {
      const std::lock_guard lock(mutex_);
      ++produced_;
    }
    ready_.notify_one();
  }
}

void BatchPipeline::fill(Batch& slot, std::size_t step) {
  const Samples& samples = *options_.samples;
  const auto positions = order_.next();
  std::int64_t* labels = slot.labels.data_ptr<std::int64_t>();
  for (std::size_t i = 0; i < positions.size(); ++i) {
    labels[i] = samples.labels.empty() ? data::kNoLabel : samples.labels[positions[i]];
    if (slot.sure.defined()) slot.sure.data_ptr<float>()[i] = samples.sure[positions[i]];
    fill_views(slot, step, i, samples.indices[positions[i]]);
  }
}

void BatchPipeline::fill_views(Batch& slot, std::size_t step, std::size_t position, std::uint32_t sample) {
  const auto bytes = options_.samples->set->sample(sample);
  const std::uint64_t item = 2 * (step * order_.batch() + position);
  const std::size_t values = options_.spec->format.values();
  const auto row = [&](torch::Tensor& views) {
    return Span<float>(views.data_ptr<float>() + position * values, values);
  };
  if (options_.weak) {
    Sequence draws(augment_, item);
    views_->weak(bytes, draws, row(slot.weak));
  }
  if (options_.strong) {
    Sequence draws(augment_, item + 1);
    views_->strong(bytes, draws, row(slot.strong));
  }
}

Batch BatchPipeline::take() {
  std::unique_lock lock(mutex_);
  // Asking for a batch gives the one before it back.
  released_ = taken_;
  if (released_ >= refill_at_) may_fill_.notify_one();
  ready_.wait(lock, [&] { return produced_ > taken_; });
  return slots_[taken_ % kSlots];
}

Batch BatchPipeline::next() {
  COVEY_CHECK(taken_ < options_.steps, "no more than the agreed steps");
  if (!producer_.joinable()) fill(slots_.front(), taken_);
  Batch batch = producer_.joinable() ? take() : slots_.front();
  ++taken_;
  const auto move = [&](torch::Tensor& t) {
    if (t.defined()) t = t.to(options_.device);
  };
  move(batch.weak);
  move(batch.strong);
  move(batch.labels);
  move(batch.sure);
  return batch;
}

}  // namespace covey::learn
