#pragma once

#include <string>

#include "common/nn/model.h"

namespace covey::testing {

inline bool takes_texts(const std::string& model) {
  return model == "transformer";
}

/// Options that a registered model takes: images of `side`, or short texts.
inline nn::ModelOptions options_for(const std::string& model, int channels, int side, int classes) {
  nn::ModelOptions options;
  options.classes = classes;
  options.norm = takes_texts(model) ? nn::Norm::kLayer : nn::Norm::kGroup;
  if (takes_texts(model)) {
    options.tokens = 6;
    options.vocabulary = 30;
    return options;
  }
  options.channels = channels;
  options.height = side;
  options.width = side;
  return options;
}

/// `count` samples that a model of these options takes.
inline torch::Tensor samples_for(const nn::ModelOptions& options, std::int64_t count) {
  if (options.tokens > 0) {
    const torch::Tensor ids = torch::arange(count * options.tokens, torch::kFloat32) * 7;
    torch::Tensor texts = ids.remainder(options.vocabulary - 2).add(2).view({count, options.tokens});
    texts.slice(1, options.tokens - 2).slice(0, 0, 1).zero_();  // the first is shorter
    return texts;
  }
  const std::int64_t values = count * options.channels * options.height * options.width;
  return torch::sin(torch::arange(values, torch::kFloat32) * 0.7)
      .view({count, options.channels, options.height, options.width});
}

}  // namespace covey::testing
