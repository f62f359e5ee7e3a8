#include "common/average/accumulator.h"

#include <algorithm>

#include "common/average/fixed_point.h"
#include "common/base/pieces.h"

namespace covey::average {

namespace {

// Gives the sums from `sums` on one tensor's values in fixed point: adds them, or, with the first update,
// sets the sums to them.
template <bool kFirst>
class SummingSink final : public quant::PieceSink {
 public:
  SummingSink(std::int64_t* sums, std::uint32_t weight) : sums_(sums), weight_(weight) {}

  void on_values(std::size_t first, Span<const float> values) override {
    std::int64_t* sums = sums_ + first;
    if (weight_ == 1) {  // no product in the usual case
      for (std::size_t i = 0; i < values.size(); ++i) put(sums[i], to_fixed(values[i]));
    } else {
      for (std::size_t i = 0; i < values.size(); ++i) put(sums[i], weight_ * to_fixed(values[i]));
    }
  }

  void on_codes(std::size_t first, Span<const float> levels, Span<const std::uint8_t> codes) override {
    std::array<std::int64_t, 256> fixed;
    COVEY_CHECK(levels.size() <= fixed.size(), levels.size());
    std::transform(levels.begin(), levels.end(), fixed.begin(),
                   [this](float level) { return weight_ * to_fixed(level); });
    std::int64_t* sums = sums_ + first;
    for (std::size_t i = 0; i < codes.size(); ++i) put(sums[i], fixed[codes[i]]);
  }

 private:
  static void put(std::int64_t& sum, std::int64_t value) { sum = kFirst ? value : sum + value; }

  std::int64_t* sums_;
  std::int64_t weight_;
};

template <bool kFirst>
void sum_up(const quant::ContainerView& update, std::uint32_t weight, std::int64_t* sums) {
  in_pieces(update.layout().value_count(), [&](std::size_t begin, std::size_t end) {
    for (const quant::TensorRecord& record : update.records()) {
      const std::size_t offset = record.tensor->offset;
      if (offset < begin || offset >= end) continue;
      SummingSink<kFirst> sink(sums + offset, weight);
      record.body->decode(sink);
    }
  });
}

}  // namespace

double magnitude_limit(std::uint32_t slots, std::uint32_t weight_max) {
  return 0x1p30 / ((static_cast<double>(slots) + 1) * static_cast<double>(weight_max));
}

Status check_update(const quant::ContainerView& update, double limit) {
  for (const quant::TensorRecord& record : update.records()) {
    const auto bound = static_cast<double>(record.body->magnitude_bound());
    if (bound < limit) continue;
    return refused("tensor " + record.tensor->name + " of the update has values up to " +
                   std::to_string(bound) + "; allowed: below " + std::to_string(limit));
  }
  return ok_status();
}

void Accumulator::add(const quant::ContainerView& update, std::uint32_t weight) {
  COVEY_CHECK(update.layout().value_count() == value_count_, update.layout().value_count(), value_count_);
  if (update_count_ == 0) {
    sums_.reset(new std::int64_t[value_count_]);
    sum_up<true>(update, weight, sums_.get());
  } else {
    sum_up<false>(update, weight, sums_.get());
  }
  ++update_count_;
}

}  // namespace covey::average
