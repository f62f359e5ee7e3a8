#pragma once

#include <string>

#include "common/base/image_shape.h"
#include "common/base/region_shape.h"
#include "common/base/text_shape.h"
#include "common/nn/model.h"

namespace covey::testing {

/// Options that a registered model takes: images of `side`, short texts, or few regions.
inline nn::ModelOptions options_for(const std::string& model, int channels, int side, int classes) {
  const std::string kind = nn::model_registry().find(model)->kind;
  if (kind == kImageKind) return {ImageShape{channels, side, side}, classes};
  nn::ModelOptions options;
  options.classes = classes;
  options.vocabulary = 30;
  if (kind == kTextKind) {
    options.samples = TextShape{6};
    options.norm = nn::Norm::kLayer;
    return options;
  }
  COVEY_CHECK(kind == kRegionKind, kind, "samples of this kind are not made here yet");
  options.samples = RegionShape{3, 5, 2, 2, false};
  options.norm = nn::Norm::kNone;
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
  if (options.samples.kind == kTextKind) {
    const int tokens = TextShape::of(options.samples).tokens;
    const torch::Tensor ids = torch::arange(count * tokens, torch::kFloat32) * 7;
    torch::Tensor texts = ids.remainder(options.vocabulary - 2).add(2).view({count, tokens});
    texts.slice(1, tokens - 2).slice(0, 0, 1).zero_();  // the first is shorter
    return texts;
  }
  if (options.samples.kind == kRegionKind)
    return region_samples(RegionShape::of(options.samples), options.vocabulary, count);
  const ImageShape shape = ImageShape::of(options.samples);
  return torch::sin(torch::arange(count * static_cast<std::int64_t>(shape.bytes()), torch::kFloat32) * 0.7)
      .view({count, shape.channels, shape.height, shape.width});
}

}  // namespace covey::testing
