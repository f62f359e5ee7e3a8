#pragma once

#include "common/learn/local_trainer.h"
#include "common/learn/objective.h"

namespace covey::learn {

/// What a member's local steps of one round train on.
struct RoundSamples {
  Samples labelled;  ///< with true labels, beside the fitted ones (federation.labels_at = users)
  Samples fitted;    ///< with the labels that the steps fit; without where every step makes its own
  Samples any;       ///< all images, with whatever label the received model gives them (training.mixup)
  /// Divides the loss by all samples instead of the confident ones, as masked_cross_entropy does for one
  /// batch. At full weight, a handful of samples, often of one class, would be fitted step after step and the
  /// average would follow.
  double weight = 1;
  double confidence = 0;  ///< mean of the received model's largest probability; 0 where it gives no labels
};

/// The pseudo-labels come from the moving model, step by step.
bool labels_move(const Objective& objective, const config::Training& training);

/// The samples of a task, with true labels, with those that `model` gives now (the confident ones only), or
/// with none where every step makes its own.
///   errors  kInvalidArgument when the objective needs true labels that the samples lack
Result<RoundSamples> round_samples(const TrainingSetup& setup, const LocalTask& task,
                                   const Objective& objective, PseudoLabeller& labeller, nn::Model& model);

/// The samples of a task that have a label, true or from `model` and confident, also where the steps would
/// make their own; those with true labels first: what the curvature of a member's loss is measured on. May be
/// none.
///   errors  as above
Result<Samples> samples_with_labels(const TrainingSetup& setup, const LocalTask& task,
                                    const Objective& objective, nn::Model& model);

}  // namespace covey::learn
