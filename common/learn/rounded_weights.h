#pragma once

#include <functional>
#include <memory>

#include "common/base/layout.h"
#include "common/learn/exchanged_tensors.h"
#include "common/nn/model.h"

namespace covey::learn {

/// What a model's values become when they are rounded, flat in the order of its layout.
using Rounding = std::function<Result<Values>(const Values&)>;

/// Lends the parameters of `model` their rounded values, until the result is gone. A step of
/// quantisation-aware training: loss and backward see what will be sent, and the gradient there changes the
/// values that were not rounded (straight through).
///   errors  those of `rounding`
Result<std::unique_ptr<ExchangedTensors>> round_weights(nn::Model& model, const Layout& layout,
                                                        const Rounding& rounding);

}  // namespace covey::learn
