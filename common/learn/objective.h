#pragma once

#include <memory>

#include "common/base/registry.h"
#include "common/learn/pseudo_labels.h"
#include "common/nn/model.h"
#include "common/nn/torch.h"

namespace covey::learn {

enum class View { kWeak, kStrong };

/// One batch of images as the trainer hands it out; views that an objective does not ask for are undefined.
struct Batch {
  torch::Tensor weak;    ///< N x C x H x W, normalised
  torch::Tensor strong;  ///< N x C x H x W, normalised
  torch::Tensor labels;  ///< N, int64: true labels, or pseudo-labels made at the start of the round
  torch::Tensor sure;    ///< N, float32, as Samples::sure; undefined where that is empty
};

/// What a member minimises in its local steps.
class Objective {
 public:
  virtual ~Objective() = default;

  /// Trains on the labels that the member's data carries (the server; users of the supervised upper
  /// baseline).
  virtual bool uses_true_labels() const { return false; }

  /// The view whose prediction is fitted to the labels when they are known before the step.
  virtual View fitted_view() const = 0;

  /// The loss of one step whose pseudo-labels come from the moving model itself (training.labels = moving).
  /// The model is in train mode; gradients flow through the result only. Needs both views iff fitted_view()
  /// is strong.
  virtual torch::Tensor moving_loss(nn::Model& model, const Batch& batch, PseudoLabeller& labeller) const = 0;
};

using ObjectiveMaker = std::unique_ptr<Objective> (*)();

/// consistency | self-training | supervised.
const Registry<ObjectiveMaker>& objective_registry();

/// Mean cross-entropy over the batch of those samples whose mask is 1, divided by N and not by their number
/// (ssfl.md 2).
torch::Tensor masked_cross_entropy(const torch::Tensor& logits, const PseudoLabels& labels);

}  // namespace covey::learn
