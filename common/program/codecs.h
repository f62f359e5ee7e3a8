#pragma once

#include <memory>

#include "common/config/experiment.h"
#include "common/quant/codec.h"

namespace covey::program {

/// The codecs of the two directions of the exchange, as the experiment asks for them.
///   errors  kInvalidArgument for an unknown codec, or options that it does not take
Result<std::unique_ptr<const quant::Codec>> download_codec(const config::Experiment& experiment);
Result<std::unique_ptr<const quant::Codec>> upload_codec(const config::Experiment& experiment);

}  // namespace covey::program
