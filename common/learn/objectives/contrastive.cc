#include "common/learn/objectives/contrastive.h"

#include "common/nn/region_batch.h"

namespace covey::learn {

namespace {

class Contrastive final : public Objective {
 public:
  explicit Contrastive(const RegionShape& shape) : shape_(shape) {}

  LabelSource labels() const override { return LabelSource::kNone; }
  View fitted_view() const override { return View::kWeak; }

  torch::Tensor unlabelled_loss(nn::Model& model, const Batch& batch, PseudoLabeller&) const override {
    const torch::Tensor scores = caption_scores(model.forward(batch.weak), batch.weak, shape_);
    return scores.log_softmax(1).diagonal().mean().neg();
  }

 private:
  RegionShape shape_;
};

/// N x N: true where two samples show the same image.
torch::Tensor copies(const torch::Tensor& image) {
  const torch::Tensor same = image.unsqueeze(1).eq(image.unsqueeze(0));
  return same.logical_and(torch::eye(image.size(0), same.options()).logical_not());
}

}  // namespace

torch::Tensor caption_scores(const torch::Tensor& outputs, const torch::Tensor& samples,
                             const RegionShape& shape) {
  const nn::RegionBatch batch = nn::split_regions(samples, shape);
  const std::int64_t n = samples.size(0);
  const torch::Tensor phrases = outputs.slice(1, 0, shape.phrases).flatten(0, 1);  // N P x d
  const torch::Tensor regions = outputs.slice(1, shape.phrases).flatten(0, 1);     // N K x d
  // One product: batches of them would copy every caption for every image. N x N x P x K.
  const torch::Tensor products =
      torch::matmul(phrases, regions.t()).view({n, shape.phrases, n, shape.regions}).permute({0, 2, 1, 3});
  const torch::Tensor padding = batch.no_region().unsqueeze(0).unsqueeze(2);  // 1 x N x 1 x K
  const torch::Tensor relevance = products.masked_fill(padding, nn::kNoRelevance);
  const torch::Tensor there = batch.has_words().to(outputs.dtype());  // N x P
  const torch::Tensor best = std::get<0>(relevance.max(3)) * there.unsqueeze(1);
  const torch::Tensor scores = best.sum(2) / there.sum(1, true).clamp_min(1);
  return scores.masked_fill(copies(batch.image), nn::kNoRelevance);
}

Result<std::unique_ptr<Objective>> make_contrastive(const data::DataSpec& spec) {
  COVEY_RETURN_IF_ERROR(make_task(spec).status());  // that is for regions alone
  if (spec.task != "phrase-grounding")
    return invalid_argument(
        "training.objective = \"contrastive\" tells captions of images apart, and the data set's "
        "task, " +
        spec.task + ", has none, allowed: another objective");
  return std::unique_ptr<Objective>(std::make_unique<Contrastive>(RegionShape::of(spec.format)));
}

}  // namespace covey::learn
