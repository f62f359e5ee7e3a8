#pragma once

#include "common/base/layout.h"
#include "common/config/experiment.h"

namespace covey::learn {

/// The tensors of an update: the exchanged ones, and with averaging.server_optimizer for every parameter
/// "curvature.NAME" of the same shape.
Layout update_layout(const Layout& exchanged, const config::Experiment& experiment);

/// What LocalTrainer::measure gave, in the order of update_layout.
///   full       the layout of `gradient` and `diagonal`
///   exchanged  the tensors that travel
Values measured_update(const Layout& full, const Layout& exchanged, const Layout& update,
                       const Values& gradient, const Values& diagonal);

/// A step of averaging.server_optimizer on what a round's users measured: absolute values and block means are
/// taken of the mean over the users, so that differences between these do not count as curvature.
///   measured  in the order of `update`: the means of gradients and curvature, and of what buffers became
///   model     replaced: parameters by a step with training.lr and the schedule's factor, buffers by theirs
///   state     moments of the optimiser; empty before the first step; replaced
///   source    second-order-and-models.md A.7
///   errors    kCorrupt when `state` belongs to another model; kInternal when the model is no longer finite
Status server_step(const config::Experiment& experiment, std::uint32_t round, const Layout& exchanged,
                   const Layout& update, const Values& measured, Values& model, Values& state);

}  // namespace covey::learn
