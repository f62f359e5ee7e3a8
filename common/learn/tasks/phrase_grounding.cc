#include "common/learn/tasks/phrase_grounding.h"

#include "common/base/region_shape.h"
#include "common/nn/region_batch.h"

namespace covey::learn {

namespace {

class PhraseGrounding final : public Task {
 public:
  explicit PhraseGrounding(const RegionShape& shape) : shape_(shape) {}

  Answers answers() const override { return Answers::kAnnotated; }

  torch::Tensor loss(const torch::Tensor& outputs, const torch::Tensor& samples,
                     const torch::Tensor&) const override {
    const nn::RegionBatch batch = nn::split_regions(samples, shape_);
    const torch::Tensor losses = losses_of(relevance(outputs, batch), batch);
    return (losses.sum(1) / batch.positives.any(2).sum(1).clamp_min(1)).mean();
  }

  Score score(const torch::Tensor& outputs, const torch::Tensor& samples,
              const torch::Tensor&) const override {
    const nn::RegionBatch batch = nn::split_regions(samples, shape_);
    const torch::Tensor scores = relevance(outputs.to(torch::kFloat64), batch);
    const torch::Tensor chosen = batch.positives.gather(2, scores.argmax(2, true)).squeeze(2);
    const torch::Tensor asked = batch.answered.logical_and(batch.has_words());
    return {chosen.logical_and(asked).sum().item<double>(), asked.sum().item<double>(),
            losses_of(scores, batch).sum().item<double>()};
  }

 private:
  /// N x P x K.
  torch::Tensor relevance(const torch::Tensor& outputs, const nn::RegionBatch& batch) const {
    const torch::Tensor phrases = outputs.slice(1, 0, shape_.phrases);
    const torch::Tensor regions = outputs.slice(1, shape_.phrases);
    const torch::Tensor scores = torch::matmul(phrases, regions.transpose(1, 2));
    return scores.masked_fill(batch.no_region().unsqueeze(1), nn::kNoRelevance);
  }

  /// N x P, 0 where no region at hand is meant.
  static torch::Tensor losses_of(const torch::Tensor& scores, const nn::RegionBatch& batch) {
    const torch::Tensor all = scores.log_softmax(2);
    const torch::Tensor meant = all.masked_fill(batch.positives.logical_not(), nn::kNoRelevance).logsumexp(2);
    return meant.neg().masked_fill(batch.positives.any(2).logical_not(), 0);
  }

  RegionShape shape_;
};

}  // namespace

Result<std::unique_ptr<Task>> make_phrase_grounding(const data::DataSpec& spec) {
  if (spec.format.kind != kRegionKind)
    return invalid_argument(
        "task phrase-grounding is one of regions with captions, which these samples are not");
  return std::unique_ptr<Task>(std::make_unique<PhraseGrounding>(RegionShape::of(spec.format)));
}

}  // namespace covey::learn
