#pragma once

#include <memory>

#include "common/config/experiment.h"
#include "common/plan/bit_plan.h"
#include "common/quant/codec.h"

namespace covey::program {

/// What the experiment may name as the codec of its downloads: every registered codec, and hawq and qbert,
/// which encode each layer at the width of a plan.
std::vector<std::string> download_codec_names();

/// The codecs of the two directions of the exchange, as the experiment asks for them.
///   plan    the widths in force, of the exchanged tensors `layout`; used where the download is planned
///   errors  kInvalidArgument for an unknown codec, options that it does not take, or a plan of another model
Result<std::unique_ptr<const quant::Codec>> download_codec(const config::Experiment& experiment,
                                                           const plan::BitPlan& plan, const Layout& layout);
Result<std::unique_ptr<const quant::Codec>> upload_codec(const config::Experiment& experiment);

/// The codec that wrote a received model.
Result<std::unique_ptr<const quant::Codec>> codec_of_download(const config::Experiment& experiment,
                                                              const quant::ContainerView& received);

}  // namespace covey::program
