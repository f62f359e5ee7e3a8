#pragma once

#include <vector>

#include "common/base/image_shape.h"
#include "common/base/random.h"
#include "common/data/dataset.h"
#include "common/learn/local_trainer.h"
#include "common/nn/model.h"

namespace covey::learn::testing {

/// Logits are the pixels themselves, times a learned scale of 1. Records what it was asked to do.
class PixelModel final : public nn::Model {
 public:
  struct Call {
    std::int64_t images;
    bool train_mode;
    friend bool operator==(const Call& a, const Call& b) {
      return a.images == b.images && a.train_mode == b.train_mode;
    }
  };

  PixelModel() { scale_ = register_parameter("scale", torch::ones({1})); }

  torch::Tensor forward(torch::Tensor images) override {
    calls.push_back({images.size(0), is_training()});
    return images.flatten(1) * scale_;
  }

  std::vector<Call> calls;

 private:
  torch::Tensor scale_;
};

/// `count` grey images of 8 x 8 keyed noise, brighter by class, with labels 0, 1, 2, 0, ...
inline data::SampleSet striped_images(std::size_t count) {
  data::SampleSet images;
  images.format = ImageShape{1, 8, 8};
  const Stream stream(1, StreamId{});
  for (std::size_t i = 0; i < count; ++i) {
    Sequence draws(stream, i);
    const auto label = static_cast<std::int32_t>(i % 3);
    images.labels.push_back(label);
    for (std::size_t p = 0; p < images.format.bytes(); ++p) {
      images.bytes.push_back(static_cast<std::uint8_t>(draws.below(120) + 60 * static_cast<unsigned>(label)));
    }
  }
  return images;
}

/// A small experiment over such images: three local steps of four images, at a constant rate.
inline TrainingSetup small_setup() {
  TrainingSetup setup;
  setup.experiment.federation.period = 3;
  setup.experiment.federation.rounds = 10;
  setup.experiment.training.batch = 4;
  setup.experiment.training.lr = 0.1;
  setup.experiment.training.schedule = "constant";
  setup.experiment.training.labels = "moving";
  setup.experiment.training.threshold = 0.34;
  setup.spec = {ImageShape{1, 8, 8}, 3, {{0.5f}, {0.25f}}};
  return setup;
}

}  // namespace covey::learn::testing
