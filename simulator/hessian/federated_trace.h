#pragma once

#include "common/curvature/trace.h"
#include "common/learn/curvature_answers.h"
#include "simulator/workers.h"

namespace covey::simulator {

/// The trace of the Hessian over all users' measured images together, and of every parameter's block, in the
/// order of the layout: each user answers the probes for its own images, and the answers are averaged with
/// the images' numbers (second-order-and-models.md B.6). What a federation would measure, user by user.
///   errors  those of learn::answer_curvature; kInvalidArgument when no user has an image with a label, true
///           or confident
Result<curvature::TraceEstimate> federated_trace(learn::LocalTrainer& trainer, const UserData& users,
                                                 const Values& values,
                                                 const learn::CurvatureQuestion& question);

}  // namespace covey::simulator
