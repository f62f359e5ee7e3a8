#pragma once

#include "common/average/round_averager.h"

namespace covey::average {

/// Server momentum: the averaged change of a round is a step of SGD with learning rate 1.
///   v' = beta v + (mean - w_avg),  w_avg' = w_avg + v'; every W_g' moves along by the same beta v
/// Only parameters have momentum: statistics of a norm layer would overshoot.
///   before    w_avg that the round started from
///   velocity  v, replaced by v'; empty stands for zeros
///   next      the models after finish(), changed in place
///   source    SemiFL (arXiv 2106.01432), whose authors use beta = 0.5
///   errors    kInternal naming the tensor when a model is no longer finite
Status apply_momentum(const Layout& layout, double beta, Span<const float> before, Values& velocity,
                      GlobalModels& next);

}  // namespace covey::average
