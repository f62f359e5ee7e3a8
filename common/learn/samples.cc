#include "common/learn/samples.h"

#include <algorithm>
#include <numeric>

namespace covey::learn {

Samples all_samples(const data::SampleSet& set) {
  Samples samples;
  samples.set = &set;
  samples.indices.resize(set.size());
  std::iota(samples.indices.begin(), samples.indices.end(), 0u);
  samples.labels = set.labels;
  return samples;
}

void keep_first(std::size_t count, Samples& samples) {
  if (count == 0 || count >= samples.size()) return;
  samples.indices.resize(count);
  if (!samples.labels.empty()) samples.labels.resize(count);
  if (!samples.sure.empty()) samples.sure.resize(count);
}

SampleOrder::SampleOrder(std::size_t size, std::size_t batch, const Stream& stream, Drawing drawing)
    : drawing_(drawing),
      size_(size),
      batch_(drawing == Drawing::kShuffled ? std::min(size, batch) : batch),
      stream_(stream),
      order_(drawing == Drawing::kShuffled ? size : batch) {
  COVEY_CHECK(size_ >= 1 && batch_ >= 1, "a member needs at least one sample");
  if (drawing_ == Drawing::kWithReplacement) return;
  std::iota(order_.begin(), order_.end(), 0u);
  reshuffle();
}

void SampleOrder::reshuffle() {
  Sequence draws(stream_, pass_++);
  draws.shuffle(Span<std::uint32_t>(order_));
  used_ = 0;
}

void SampleOrder::draw_batch() {
  Sequence draws(stream_, pass_++);
  for (std::uint32_t& position : order_) position = draws.below(static_cast<std::uint32_t>(size_));
}

Span<const std::uint32_t> SampleOrder::next() {
  if (drawing_ == Drawing::kWithReplacement) {
    draw_batch();
    return order_;
  }
  if (order_.size() - used_ < batch_) reshuffle();
  const auto batch = Span<const std::uint32_t>(order_).subspan(used_, batch_);
  used_ += batch_;
  return batch;
}

}  // namespace covey::learn
