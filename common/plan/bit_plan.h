#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/base/layout.h"
#include "common/plan/sensitivity.h"
#include "common/quant/codec.h"
#include "common/quant/container.h"

namespace covey::plan {

/// The quantiser of a model's tensors and the width of each; those that a container keeps as fp32 are not in
/// it.
struct BitPlan {
  std::string codec;                ///< registered name
  std::map<std::string, int> bits;  ///< by tensor

  friend bool operator==(const BitPlan& a, const BitPlan& b) {
    return a.codec == b.codec && a.bits == b.bits;
  }
};

/// Every quantised tensor of `layout` at `bits`.
BitPlan uniform_plan(const Layout& layout, const std::string& codec, int bits);

/// The plan of the least sensitivity that costs at most `budget`, in what the layers' choices cost.
///   errors  kInvalidArgument when the narrowest widths cost more
Result<BitPlan> least_sensitive_within(const std::vector<LayerSensitivity>& layers, const std::string& codec,
                                       double budget);

/// The plan of the least sensitivity whose quantised values have at most `mean_bits` bits on average.
///   errors  kInvalidArgument when the narrowest widths have more
Result<BitPlan> least_sensitive_plan(const std::vector<LayerSensitivity>& layers, const std::string& codec,
                                     double mean_bits);

/// Bits of a quantised value, on average. 0 where nothing is quantised.
double mean_bits(const BitPlan& plan, const Layout& layout);

/// A codec that encodes by the plan.
///   errors  kInvalidArgument unless the plan names exactly the quantised tensors of `layout`, each with a
///           width that its codec takes
Result<std::unique_ptr<const quant::Codec>> codec_of(const BitPlan& plan, const Layout& layout);

/// A codec that rounds as the one that wrote `container`: what a device trains on to get a model that can be
/// rounded so (download.qat).
///   codec   registered name of the quantiser
Result<std::unique_ptr<const quant::Codec>> codec_like(const quant::ContainerView& container,
                                                       const std::string& codec);

/// JSON: {"codec": NAME, "bits": {TENSOR: BITS, ...}}.
std::string to_json(const BitPlan& plan);
/// kCorrupt when the text is not one.
Result<BitPlan> parse_bit_plan(const std::string& json);

}  // namespace covey::plan
