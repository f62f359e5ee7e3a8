#pragma once

#include <map>
#include <string>

#include "common/quant/codec.h"

namespace covey::quant {

/// A codec of its own for every tensor, by name: how a plan of widths becomes records. Tensors without one
/// are encoded by `others`.
std::unique_ptr<const Codec> planned(std::map<std::string, std::shared_ptr<const Codec>> by_tensor,
                                     std::unique_ptr<const Codec> others);

}  // namespace covey::quant
