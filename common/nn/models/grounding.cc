#include "common/nn/models/grounding.h"

#include <cmath>

#include "common/base/region_shape.h"
#include "common/nn/limits.h"
#include "common/nn/linear.h"
#include "common/nn/region_batch.h"
#include "common/nn/table.h"

namespace covey::nn {

namespace {

constexpr int kMostRegions = 1024;  // and phrases, and their words
constexpr int kMostFeatures = 65536;
constexpr std::int64_t kWithoutMeaning = 2;  ///< first ids: padding and the unknown word

class Grounding final : public Model {
 public:
  explicit Grounding(const ModelOptions& options)
      : shape_(RegionShape::of(options.samples)), width_(options.transformer.width) {
    embedding_ = register_module("embedding", Table(options.vocabulary, width_));
    feature_ = register_module("feature", Linear(shape_.features, width_));
    phrase_ = register_module("phrase", Linear(width_, width_));
  }

  void begin() override {
    const torch::NoGradGuard no_grad;
    embedding_->first(kWithoutMeaning).zero_();
    if (shape_.named) feature_->named_parameters()["weight"].zero_();
    feature_->named_parameters()["bias"].zero_();
    torch::nn::init::eye_(phrase_->named_parameters()["weight"]);
    phrase_->named_parameters()["bias"].zero_();
  }

  torch::Tensor forward(torch::Tensor samples) override {
    const RegionBatch batch = split_regions(samples, shape_);
    const torch::Tensor regions = region_vectors(batch);
    return torch::cat({phrase_vectors(batch, regions), regions}, 1);
  }

 private:
  torch::Tensor region_vectors(const RegionBatch& batch) {
    const torch::Tensor seen = feature_(batch.features.reshape({-1, shape_.features}), draws());
    const torch::Tensor named = embedding_->rows(batch.region_words);
    return (named + seen.view_as(named)).masked_fill(batch.no_region().unsqueeze(2), 0);
  }

  torch::Tensor phrase_vectors(const RegionBatch& batch, const torch::Tensor& regions) {
    const torch::Tensor words = embedding_->rows(batch.phrase_words);  // N x P x W x d
    const torch::Tensor flat = words.flatten(1, 2);
    torch::Tensor attention =
        torch::matmul(flat, regions.transpose(1, 2)) / std::sqrt(static_cast<double>(width_));
    attention = attention.masked_fill(batch.no_region().unsqueeze(1), kNoRelevance).softmax(2);
    const torch::Tensor seen = std::get<0>(attention.max(2)).view_as(batch.phrase_words);
    const torch::Tensor weights = seen.masked_fill(batch.phrase_words.eq(0), kNoRelevance).softmax(2);
    const torch::Tensor meant = (weights.unsqueeze(3) * words).sum(2);  // N x P x d
    const torch::Tensor phrases = phrase_(meant.reshape({-1, width_}), draws()).view_as(meant);
    return phrases.masked_fill(batch.has_words().logical_not().unsqueeze(2), 0);
  }

  RegionShape shape_;
  std::int64_t width_;
  Table embedding_{nullptr};
  Linear feature_{nullptr};
  Linear phrase_{nullptr};
};

}  // namespace

Result<std::shared_ptr<Model>> make_grounding(const ModelOptions& options) {
  COVEY_RETURN_IF_ERROR(check_norm("grounding", options.norm, {"none"}));
  const RegionShape shape = RegionShape::of(options.samples);
  COVEY_RETURN_IF_ERROR(check_range("the number of regions", shape.regions, 1, kMostRegions));
  COVEY_RETURN_IF_ERROR(check_range("the features of a region", shape.features, 1, kMostFeatures));
  COVEY_RETURN_IF_ERROR(check_range("the number of phrases", shape.phrases, 1, kMostRegions));
  COVEY_RETURN_IF_ERROR(check_range("the words of a phrase", shape.words, 1, kMostRegions));
  COVEY_RETURN_IF_ERROR(check_vocabulary(options));
  return std::shared_ptr<Model>(std::make_shared<Grounding>(options));
}

}  // namespace covey::nn
