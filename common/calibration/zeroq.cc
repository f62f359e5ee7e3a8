#include "common/calibration/zeroq.h"

#include <nlohmann/json.hpp>

#include "common/calibration/kl_sensitivity.h"
#include "common/nn/product.h"

namespace covey::calibration {

namespace {

const std::vector<int> kWidths = {2, 3, 4, 5, 6, 7, 8};

}  // namespace

Result<Zeroq> zeroq(nn::Model& model, const Layout& layout, const Values& values, const SampleFormat& format,
                    const ZeroqOptions& options) {
  nn::reset_products(model);
  COVEY_ASSIGN_OR_RETURN(const Distilled distilled, distil(model, format, options.distil));
  Zeroq result;
  COVEY_ASSIGN_OR_RETURN(result.layers,
                         kl_sensitivities(model, layout, values, distilled.images, options.codec, kWidths));
  result.ranges = activation_ranges(model, distilled.images, options.percentile);
  result.loss_first = distilled.loss_first;
  result.loss = distilled.loss;
  return result;
}

std::string to_json(const std::vector<ActivationRange>& ranges) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (const ActivationRange& range : ranges) json[range.layer] = {range.low, range.high};
  return json.dump();
}

}  // namespace covey::calibration
