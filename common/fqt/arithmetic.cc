#include "common/fqt/arithmetic.h"

#include <utility>

namespace covey::fqt {

GradientDraws::GradientDraws(std::string layer, const nn::DrawContext* draws, int backward)
    : layer_(std::move(layer)), backward_(backward) {
  if (draws != nullptr) draws_ = *draws;
}

quant::Rounding GradientDraws::rounding(GradientUse use) const {
  COVEY_CHECK(draws_ && draws_->gradient_stream, layer_, "has quantised gradients, which need draws");
  COVEY_CHECK(draws_->invocation < (std::uint64_t{1} << 30), draws_->invocation);
  const std::string item = layer_ + (use == GradientUse::kWeight ? " weight " : " input ");
  // Values of one invocation come before those of the next: far fewer than 2^34 each.
  return {quant::CodecDraws(*draws_->gradient_stream), fnv1a64(item + std::to_string(backward_)),
          draws_->invocation << 34};
}

}  // namespace covey::fqt
