#include "common/learn/samples.h"

#include <algorithm>
#include <numeric>

namespace covey::learn {

Samples all_samples(const data::Images& images) {
  Samples samples;
  samples.images = &images;
  samples.indices.resize(images.size());
  std::iota(samples.indices.begin(), samples.indices.end(), 0u);
  samples.labels = images.labels;
  return samples;
}

SampleOrder::SampleOrder(std::size_t size, std::size_t batch, const Stream& stream)
    : batch_(std::min(size, batch)), stream_(stream), order_(size) {
  COVEY_CHECK(batch_ >= 1, "a member needs at least one sample");
  std::iota(order_.begin(), order_.end(), 0u);
  reshuffle();
}

void SampleOrder::reshuffle() {
  Sequence draws(stream_, pass_++);
  draws.shuffle(Span<std::uint32_t>(order_));
  used_ = 0;
}

Span<const std::uint32_t> SampleOrder::next() {
  if (order_.size() - used_ < batch_) reshuffle();
  const auto batch = Span<const std::uint32_t>(order_).subspan(used_, batch_);
  used_ += batch_;
  return batch;
}

}  // namespace covey::learn
