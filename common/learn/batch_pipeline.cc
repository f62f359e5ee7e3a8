#include "common/learn/batch_pipeline.h"

#include "common/data/kinds/registry.h"
#include "common/learn/sample_batch.h"

namespace covey::learn {

BatchPipeline::BatchPipeline(const PipelineOptions& options, const Stream& order, const Stream& augment)
    : options_(options),
      order_(options.samples->size(), options.batch, order, options.drawing),
      augment_(augment),
      views_(data::kind_of(options.spec->format).views(*options.spec, options.views)) {
  for (Batch& slot : slots_) {
    if (options_.weak) slot.weak = empty_batch(*options_.spec, order_.batch());
    if (options_.strong) slot.strong = empty_batch(*options_.spec, order_.batch());
    slot.labels = torch::empty({static_cast<std::int64_t>(order_.batch())}, torch::kInt64);
    if (!options_.samples->sure.empty())
      slot.sure = torch::empty({static_cast<std::int64_t>(order_.batch())}, torch::kFloat32);
  }
  producer_ = std::thread([this] { produce(); });
}

BatchPipeline::~BatchPipeline() {
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

Batch BatchPipeline::next() {
  std::unique_lock lock(mutex_);
  COVEY_CHECK(taken_ < options_.steps, "no more than the agreed steps");
  // Asking for a batch gives the one before it back.
  released_ = taken_;
  if (released_ >= refill_at_) may_fill_.notify_one();
  ready_.wait(lock, [&] { return produced_ > taken_; });
  Batch batch = slots_[taken_ % kSlots];
  ++taken_;
  lock.unlock();
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
