#pragma once

#include <memory>

#include "common/base/registry.h"
#include "common/data/dataset.h"
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

/// Whose labels a member trains on.
enum class LabelSource {
  kGuessed,  ///< those that a model gives its samples
  kTrue,     ///< those that its data carries, or whatever else the task takes for right
  kNone,     ///< no one's
};

/// What a member minimises in its local steps.
class Objective {
 public:
  virtual ~Objective() = default;

  virtual LabelSource labels() const { return LabelSource::kGuessed; }

  /// The view whose prediction is fitted to the labels when they are known before the step.
  virtual View fitted_view() const = 0;

  /// The loss of one step without labels that were given before: with those of the moving model itself
  /// (training.labels = moving), or with none. The model is in train mode; gradients flow through the result
  /// only. Needs both views iff fitted_view() is strong.
  virtual torch::Tensor unlabelled_loss(nn::Model& model, const Batch& batch,
                                        PseudoLabeller& labeller) const = 0;
};

/// An objective for the samples that `spec` describes; kInvalidArgument where their task has no use for it.
using ObjectiveMaker = Result<std::unique_ptr<Objective>> (*)(const data::DataSpec& spec);

/// consistency | contrastive | self-training | supervised.
const Registry<ObjectiveMaker>& objective_registry();

/// The objective of that name; kInvalidArgument as above, and for a name that is not registered.
Result<std::unique_ptr<Objective>> make_objective(const std::string& name, const data::DataSpec& spec);

/// kInvalidArgument, in the name of an objective that guesses classes, where the task has none.
Status check_has_classes(const char* objective, const data::DataSpec& spec);

/// Mean cross-entropy over the batch of those samples whose mask is 1, divided by N and not by their number
/// (ssfl.md 2).
torch::Tensor masked_cross_entropy(const torch::Tensor& logits, const PseudoLabels& labels);

}  // namespace covey::learn
