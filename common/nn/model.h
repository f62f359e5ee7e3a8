#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "common/base/registry.h"
#include "common/base/sample_format.h"
#include "common/base/status.h"
#include "common/nn/draws.h"
#include "common/nn/norm.h"
#include "common/nn/ode/options.h"
#include "common/nn/torch.h"

namespace covey::nn {

/// N x SampleFormat::dims (normalised pixels, N x C x H x W; ids of words as floats; rows of
/// base/region_shape.h) to N x classes logits, or what else the task of the data set asks for
/// (ModelOptions::next_word, models/grounding.h).
class Model : public torch::nn::Module {
 public:
  virtual torch::Tensor forward(torch::Tensor samples) = 0;

  /// Called once, when all tensors have the values that nn/init.h gives them: for those that begin otherwise.
  virtual void begin() {}

  /// The draws of the forwards from now on; needed in train mode by models with dropout or quantised
  /// gradients. `draws` is borrowed until the next call; null ends its use.
  void set_draws(const DrawContext* draws) { draws_ = draws; }

 protected:
  const DrawContext* draws() const { return draws_; }

 private:
  const DrawContext* draws_ = nullptr;
};

/// What a transformer is built of.
struct TransformerSize {
  std::int64_t width = 64;    ///< values of a word; of phrases and regions, too
  std::int64_t depth = 2;     ///< layers
  std::int64_t heads = 4;     ///< of a layer's attention; they share the width
  std::int64_t hidden = 128;  ///< values inside a layer's feed-forward network
  double dropout = 0.1;
};

struct ModelOptions {
  SampleFormat samples = {};
  int classes = 0;
  Norm norm = Norm::kGroup;
  int vocabulary = 0;      ///< ids that words have, padding and the unknown one included
  bool next_word = false;  ///< a language model: N x L x vocabulary logits of what follows each word
  TransformerSize transformer = {};
  OdeOptions ode = {};  ///< of the networks whose blocks are ODEs
};

struct ModelMaker {
  const char* kind;  ///< SampleFormat::kind of the samples that it takes
  /// kInvalidArgument for sizes or a norm that the model cannot take; `samples` are of its kind.
  Result<std::shared_ptr<Model>> (*make)(const ModelOptions& options);
};

/// anode-alexnet | anode-resnet4 | anode-resnet10 | cnn | cnn-cifar | emnist | grounding | mlp | resnet8 |
/// resnet9 | resnet18 | resnet20 | transformer. The makers leave the values to make_model.
const Registry<ModelMaker>& model_registry();

/// A model whose initial values are a function of (name of each tensor, seed) alone, on the CPU, in train
/// mode.
///   errors  kInvalidArgument for an unknown name, or samples, a norm or a class count that the model
///   cannot take
Result<std::shared_ptr<Model>> make_model(const std::string& name, const ModelOptions& options,
                                          std::uint64_t seed);

}  // namespace covey::nn
