#include "common/plan/sensitivity.h"

#include <algorithm>
#include <cmath>

#include "common/quant/container.h"

namespace covey::plan {

namespace {

constexpr double kFloorShare = 1e-6;  // of the largest mean curvature

Result<double> trace_of(const std::vector<LayerTrace>& traces, const std::string& name) {
  const auto found =
      std::find_if(traces.begin(), traces.end(), [&](const LayerTrace& layer) { return layer.name == name; });
  if (found == traces.end()) return invalid_argument("tensor " + name + " has no trace");
  if (!std::isfinite(found->trace)) return invalid_argument("the trace of tensor " + name + " is not finite");
  return found->trace;
}

/// Of every quantised tensor, trace / n. Estimates of small traces may be negative; a layer that they say
/// nothing of still takes what bits the others leave, by its error of rounding.
Result<std::map<std::string, double>> mean_curvatures(const Layout& layout,
                                                      const std::vector<LayerTrace>& traces) {
  std::map<std::string, double> means;
  double largest = 0;
  for (const TensorSpec& tensor : layout.tensors()) {
    if (quant::stays_fp32(tensor)) continue;
    COVEY_ASSIGN_OR_RETURN(const double trace, trace_of(traces, tensor.name));
    means[tensor.name] = trace / static_cast<double>(tensor.count);
    largest = std::max(largest, means[tensor.name]);
  }
  const double floor = largest > 0 ? kFloorShare * largest : 1;
  for (auto& [name, mean] : means) mean = std::max(mean, floor);
  return means;
}

}  // namespace

Result<double> nearest_error(const quant::Codec& codec, const TensorSpec& tensor, Span<const float> values) {
  TensorSpec alone = tensor;
  alone.offset = 0;
  COVEY_ASSIGN_OR_RETURN(const Layout layout, Layout::make({alone}));
  COVEY_ASSIGN_OR_RETURN(const Values decoded,
                         quant::rounded(codec, layout, Values(values.begin(), values.end())));
  double error = 0;
  for (std::size_t i = 0; i < decoded.size(); ++i)
    error += std::pow(static_cast<double>(decoded[i]) - static_cast<double>(values[i]), 2);
  return error;
}

Result<std::vector<LayerSensitivity>> layer_sensitivities(const Layout& layout, Span<const float> values,
                                                          const std::vector<LayerTrace>& traces,
                                                          const std::string& codec,
                                                          const std::vector<int>& widths) {
  std::vector<std::unique_ptr<const quant::Codec>> codecs;
  for (const int bits : widths) {
    COVEY_ASSIGN_OR_RETURN(auto made, quant::make_codec(codec, {bits}));
    codecs.push_back(std::move(made));
  }
  COVEY_ASSIGN_OR_RETURN(const auto curvatures, mean_curvatures(layout, traces));
  std::vector<LayerSensitivity> layers;
  for (const TensorSpec& tensor : layout.tensors()) {
    if (quant::stays_fp32(tensor)) continue;
    const auto count = static_cast<double>(tensor.count);
    LayerSensitivity layer{tensor.name, tensor.count, {}};
    for (std::size_t i = 0; i < widths.size(); ++i) {
      COVEY_ASSIGN_OR_RETURN(const double error,
                             nearest_error(*codecs[i], tensor, values.subspan(tensor.offset, tensor.count)));
      layer.choices.push_back({widths[i], count * widths[i], curvatures.at(tensor.name) * error});
    }
    layers.push_back(std::move(layer));
  }
  return layers;
}

Status limit_operations(const std::map<std::string, std::uint64_t>& multiplications,
                        std::vector<LayerSensitivity>& layers) {
  for (LayerSensitivity& layer : layers) {
    const auto found = multiplications.find(layer.name);
    if (found == multiplications.end() || found->second == 0)
      return invalid_argument("tensor " + layer.name + " takes part in no multiplication");
    layer.values = found->second;
    for (Choice& choice : layer.choices) choice.cost = static_cast<double>(layer.values) * choice.bits;
  }
  return ok_status();
}

}  // namespace covey::plan
