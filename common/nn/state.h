#pragma once

#include "common/base/layout.h"
#include "common/nn/model.h"

namespace covey::nn {

/// Names, shapes and kinds of all parameters and buffers of `model`.
Layout layout_of(const Model& model);

/// All values of `model`, in the order of `layout` (that of this model).
Values read_values(const Model& model, const Layout& layout);

/// Copies `values` into the tensors of `model`, in place: optimisers that hold these tensors go on working.
void write_values(Model& model, const Layout& layout, Span<const float> values);

}  // namespace covey::nn
