// Held to a recording of the authors' model with all padding left out (golden/second_order/maf.json).
#include <gmock/gmock.h>

#include "common/base/region_shape.h"
#include "common/nn/model.h"
#include "common/nn/region_batch.h"
#include "tests/support/grounding_golden.h"
#include "tests/support/registered_models.h"

namespace covey::nn {
namespace {

using covey::testing::GroundingGolden;
using covey::testing::options_for;
using covey::testing::samples_for;
using covey::testing::tensor_of;
using ::testing::HasSubstr;

std::shared_ptr<Model> grounding(bool named) {
  ModelOptions options = options_for("grounding", 0, 0, 5);
  options.samples = RegionShape{3, 5, 2, 2, named};
  return *make_model("grounding", options, 1);
}

TEST(Grounding, GivesTheRecordedVectorsOfPhrasesAndRegions) {
  const GroundingGolden golden;
  const torch::Tensor outputs = golden.model()->forward(golden.samples());
  const RegionBatch batch = split_regions(golden.samples(), golden.shape());
  const torch::Tensor phrases = tensor_of(golden.json().at("masked").at("p_emb"));
  const torch::Tensor regions = tensor_of(golden.json().at("reference_unmasked").at("k_emb"));
  const torch::Tensor there = batch.has_words().unsqueeze(2);
  const torch::Tensor seen = batch.no_region().logical_not().unsqueeze(2);
  EXPECT_TRUE(torch::allclose(outputs.slice(1, 0, 3) * there, phrases * there, 1e-12, 1e-12));
  EXPECT_TRUE(torch::allclose(outputs.slice(1, 3), regions * seen, 1e-12, 1e-12));
  EXPECT_TRUE((outputs.slice(1, 0, 3) * there.logical_not()).eq(0).all().item<bool>()) << "padding is zero";
}

TEST(Grounding, PaddingChangesNothing) {
  const auto model = grounding(false);
  const torch::Tensor samples = samples_for(options_for("grounding", 0, 0, 5), 2);
  const torch::Tensor before = model->forward(samples);
  torch::Tensor other = samples.clone();
  const RegionShape shape{3, 5, 2, 2, false};
  const auto last_features = static_cast<std::int64_t>(shape.at_region_words()) - shape.features;
  other[0].slice(0, last_features, last_features + shape.features).fill_(9);  // of the missing region
  EXPECT_TRUE(torch::equal(model->forward(other), before));
  EXPECT_TRUE(before[0][shape.phrases + 2].eq(0).all().item<bool>());
}

TEST(Grounding, BeginsByComparingWordsWhereRegionsHaveNames) {
  const torch::Tensor samples = samples_for(options_for("grounding", 0, 0, 5), 2);
  const auto weight = [](Model& model, const char* name) { return model.named_parameters()[name]; };
  const auto named = grounding(true);
  EXPECT_TRUE(weight(*named, "feature.weight").eq(0).all().item<bool>());
  EXPECT_TRUE(torch::equal(weight(*named, "phrase.weight"), torch::eye(64)));
  EXPECT_TRUE(weight(*named, "embedding.weight").slice(0, 0, 2).eq(0).all().item<bool>());
  const RegionBatch batch = split_regions(samples, {3, 5, 2, 2, true});
  const torch::Tensor regions = named->forward(samples).slice(1, 2);
  const torch::Tensor words = weight(*named, "embedding.weight").index_select(0, batch.region_words[1]);
  EXPECT_TRUE(torch::allclose(regions[1], words));
  EXPECT_GT(weight(*grounding(false), "feature.weight").abs().max().item<float>(), 0.1f);
}

TEST(Grounding, TakesRegionsAndNoNormOnly) {
  ModelOptions options = options_for("grounding", 0, 0, 5);
  options.norm = Norm::kGroup;
  EXPECT_THAT(make_model("grounding", options, 1).status().message(),
              HasSubstr("takes other values of model.norm, allowed: none"));
  EXPECT_THAT(make_model("grounding", options_for("cnn", 1, 28, 5), 1).status().message(),
              HasSubstr("grounding takes samples of kind regions, these are of kind image"));
  options.norm = Norm::kNone;
  EXPECT_THAT(make_model("cnn", options, 1).status().message(),
              HasSubstr("these are of kind regions, allowed: grounding"));
  EXPECT_THAT(make_model("transformer", options, 1).status().message(),
              HasSubstr("takes samples of kind text"));
  options.samples = RegionShape{3, 0, 2, 2, false};
  EXPECT_THAT(make_model("grounding", options, 1).status().message(),
              HasSubstr("the features of a region is 0"));
}

}  // namespace
}  // namespace covey::nn
