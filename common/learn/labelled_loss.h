#pragma once

#include "common/curvature/hessian.h"
#include "common/learn/samples.h"
#include "common/nn/model.h"

namespace covey::learn {

/// The task's mean loss of `model` on labelled samples, not augmented, as a function of its parameters, in
/// batches of `batch` samples: what curvature is measured of. The model should be in eval mode; it and the
/// samples must outlive the loss.
///   samples  at least one, each with its label where the task has classes
curvature::BatchedLoss labelled_loss(nn::Model& model, const Samples& samples, const data::DataSpec& spec,
                                     torch::Device device, std::size_t batch);

}  // namespace covey::learn
