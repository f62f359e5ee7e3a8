#pragma once

#include <string>

#include "common/nn/model.h"

namespace covey::testing {

enum class Takes { kImages, kTexts, kRegions };

inline Takes samples_of(const std::string& model) {
  if (model == "transformer") return Takes::kTexts;
  return model == "grounding" ? Takes::kRegions : Takes::kImages;
}

/// Options that a registered model takes: images of `side`, short texts, or few regions.
inline nn::ModelOptions options_for(const std::string& model, int channels, int side, int classes) {
  nn::ModelOptions options;
  options.classes = classes;
  if (samples_of(model) == Takes::kTexts) {
    options.norm = nn::Norm::kLayer;
    options.tokens = 6;
    options.vocabulary = 30;
    return options;
  }
  if (samples_of(model) == Takes::kRegions) {
    options.norm = nn::Norm::kNone;
    options.regions = {3, 5, 2, 2, false};
    options.vocabulary = 30;
    return options;
  }
  options.channels = channels;
  options.height = side;
  options.width = side;
  return options;
}

/// Rows of regions and phrases; the first has a region less and a phrase of one word.
inline torch::Tensor region_samples(const RegionShape& shape, int vocabulary, std::int64_t count) {
  torch::Tensor rows = torch::zeros({count, static_cast<std::int64_t>(shape.values())});
  const auto fill = [&](std::size_t from, std::size_t to, const torch::Tensor& values) {
    rows.slice(1, static_cast<std::int64_t>(from), static_cast<std::int64_t>(to)).copy_(values);
  };
  const auto numbers = [&](std::size_t from, std::size_t to) {
    const auto width = static_cast<std::int64_t>(to - from);
    return torch::arange(count * width, torch::kFloat32).view({count, width});
  };
  rows.slice(1, 0, 1).copy_(torch::arange(count, torch::kFloat32).view({count, 1}));
  fill(shape.at_features(), shape.at_region_words(),
       torch::sin(numbers(shape.at_features(), shape.at_region_words()) * 0.7));
  fill(shape.at_region_words(), shape.at_answered(),
       (numbers(shape.at_region_words(), shape.at_answered()) * 7).remainder(vocabulary - 2) + 2);
  fill(shape.at_answered(), shape.at_positives(), torch::ones({count, shape.phrases}));
  for (int p = 0; p < shape.phrases; ++p)
    rows.slice(1, static_cast<std::int64_t>(shape.at_positives()) + p * shape.regions)
        .slice(1, 0, 1)
        .fill_(1);
  rows[0][static_cast<std::int64_t>(shape.at_region_words()) + shape.regions - 1] = 0;
  rows[0][static_cast<std::int64_t>(shape.at_phrase_words()) + shape.words - 1] = 0;
  return rows;
}

/// `count` samples that a model of these options takes.
inline torch::Tensor samples_for(const nn::ModelOptions& options, std::int64_t count) {
  if (options.tokens > 0) {
    const torch::Tensor ids = torch::arange(count * options.tokens, torch::kFloat32) * 7;
    torch::Tensor texts = ids.remainder(options.vocabulary - 2).add(2).view({count, options.tokens});
    texts.slice(1, options.tokens - 2).slice(0, 0, 1).zero_();  // the first is shorter
    return texts;
  }
  if (options.regions.regions > 0) return region_samples(options.regions, options.vocabulary, count);
  const std::int64_t values = count * options.channels * options.height * options.width;
  return torch::sin(torch::arange(values, torch::kFloat32) * 0.7)
      .view({count, options.channels, options.height, options.width});
}

}  // namespace covey::testing
