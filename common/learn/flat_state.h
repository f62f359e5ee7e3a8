#pragma once

#include <vector>

#include "common/base/layout.h"
#include "common/nn/torch.h"

namespace covey::learn {

/// How optimisers keep their state between rounds: tensors shaped like the parameters, flat in fp32, one
/// after the other, and counters behind them.

/// Appends the values of `tensors`.
void append_values(const std::vector<torch::Tensor>& tensors, Values& flat);

/// Cuts `flat` from `offset` on into tensors shaped like `parameters`, on their device, in fp32, and moves
/// `offset` behind them; they must be there.
std::vector<torch::Tensor> take_tensors(Span<const float> flat, std::size_t& offset,
                                        const std::vector<torch::Tensor>& parameters);

/// How many values all `parameters` have.
std::size_t value_count(const std::vector<torch::Tensor>& parameters);

/// kCorrupt unless the state has `needed` values.
Status check_state_size(Span<const float> state, std::size_t needed);

}  // namespace covey::learn
