#pragma once

#include "common/config/experiment.h"
#include "common/nn/model.h"

namespace covey::fqt {

/// Gives every convolution and linear layer of `model` the quantised product of the settings, but for those
/// that they exempt. With mode = off the model stays as it is.
///   errors  kInvalidArgument "fqt.exempt: ..." for a name that is no such layer of the model
///           kInvalidArgument for an unknown quantiser
Status quantise_layers(nn::Model& model, const config::Fqt& settings);

}  // namespace covey::fqt
