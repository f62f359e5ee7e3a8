#pragma once

#include "common/base/region_shape.h"
#include "common/nn/model.h"
#include "tests/support/second_order.h"

namespace covey::testing {

/// The recording of MAF: its samples as rows, and its model, in float64.
class GroundingGolden {
 public:
  const nlohmann::json& json() const { return json_; }

  RegionShape shape() const {
    const nlohmann::json& dims = json_.at("dims");
    return {dims.at("K"), dims.at("F"), dims.at("Q"), dims.at("W"), false};
  }

  torch::Tensor samples() const {
    const torch::Tensor features = tensor_of(json_.at("feature"));
    const torch::Tensor query = tensor_of(json_.at("query"));
    const torch::Tensor label = tensor_of(json_.at("label")).to(torch::kFloat64);
    const std::int64_t n = features.size(0);
    const torch::Tensor image = torch::arange(n, torch::kFloat64).view({n, 1});
    const torch::Tensor answers = torch::zeros({n, shape().phrases * (1 + shape().regions)}, torch::kFloat64);
    return torch::cat(
        {image, features.reshape({n, -1}), label, query.to(torch::kFloat64).reshape({n, -1}), answers}, 1);
  }

  std::shared_ptr<nn::Model> model() const {
    nn::ModelOptions options;
    options.classes = 2;
    options.norm = nn::Norm::kNone;
    options.samples = shape();
    options.vocabulary = json_.at("dims").at("V");
    options.transformer.width = json_.at("dims").at("D");
    auto model = *nn::make_model("grounding", options, 1);
    model->to(torch::kFloat64);
    const torch::NoGradGuard no_grad;
    auto parameters = model->named_parameters();
    parameters["embedding.weight"].copy_(tensor_of(json_.at("word_vectors")));
    for (const auto& [name, recorded] : recorded_names())
      parameters[name].copy_(tensor_of(json_.at("params").at(recorded)));
    return model;
  }

  /// Our names of the recorded parameters besides the words.
  static std::vector<std::pair<std::string, std::string>> recorded_names() {
    return {{"feature.weight", "linear_f.weight"},
            {"feature.bias", "linear_f.bias"},
            {"phrase.weight", "linear_p.weight"},
            {"phrase.bias", "linear_p.bias"}};
  }

 private:
  nlohmann::json json_ = second_order_golden("maf");
};

}  // namespace covey::testing
