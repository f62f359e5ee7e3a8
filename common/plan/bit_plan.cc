#include "common/plan/bit_plan.h"

#include <nlohmann/json.hpp>

#include "common/quant/codecs/planned.h"
#include "common/quant/registry.h"

namespace covey::plan {

namespace {

constexpr int kFp32Bits = 32;

Result<std::unique_ptr<const quant::Codec>> with_fp32(
    std::map<std::string, std::shared_ptr<const quant::Codec>> by_tensor) {
  COVEY_ASSIGN_OR_RETURN(auto others, quant::make_codec("fp32", {}));
  return quant::planned(std::move(by_tensor), std::move(others));
}

}  // namespace

BitPlan uniform_plan(const Layout& layout, const std::string& codec, int bits) {
  BitPlan plan{codec, {}};
  for (const TensorSpec& tensor : layout.tensors()) {
    if (!quant::stays_fp32(tensor)) plan.bits[tensor.name] = bits;
  }
  return plan;
}

Result<BitPlan> least_sensitive_within(const std::vector<LayerSensitivity>& layers, const std::string& codec,
                                       double budget) {
  std::vector<std::vector<Choice>> choices;
  for (const LayerSensitivity& layer : layers) choices.push_back(layer.choices);
  COVEY_ASSIGN_OR_RETURN(const Setting best, best_within(choices, budget));
  BitPlan plan{codec, {}};
  for (std::size_t l = 0; l < layers.size(); ++l) plan.bits[layers[l].name] = best.bits[l];
  return plan;
}

Result<BitPlan> least_sensitive_plan(const std::vector<LayerSensitivity>& layers, const std::string& codec,
                                     double mean_bits) {
  double values = 0;
  for (const LayerSensitivity& layer : layers) values += static_cast<double>(layer.values);
  auto plan = least_sensitive_within(layers, codec, mean_bits * values);
  if (plan.ok()) return plan;
  return plan.status().with_context("no widths have " + std::to_string(mean_bits) +
                                    " bits a value on average");
}

double mean_bits(const BitPlan& plan, const Layout& layout) {
  double bits = 0;
  double values = 0;
  for (const TensorSpec& tensor : layout.tensors()) {
    const auto found = plan.bits.find(tensor.name);
    if (found == plan.bits.end()) continue;
    bits += static_cast<double>(tensor.count) * found->second;
    values += static_cast<double>(tensor.count);
  }
  return values > 0 ? bits / values : 0;
}

Result<std::unique_ptr<const quant::Codec>> codec_of(const BitPlan& plan, const Layout& layout) {
  std::map<std::string, std::shared_ptr<const quant::Codec>> by_tensor;
  for (const TensorSpec& tensor : layout.tensors()) {
    if (quant::stays_fp32(tensor)) continue;
    const auto found = plan.bits.find(tensor.name);
    if (found == plan.bits.end()) return invalid_argument("the plan has no width for tensor " + tensor.name);
    COVEY_ASSIGN_OR_RETURN(auto codec, quant::make_codec(plan.codec, {found->second}));
    by_tensor[tensor.name] = std::move(codec);
  }
  for (const auto& [name, bits] : plan.bits) {
    if (by_tensor.count(name) == 0)
      return invalid_argument("the plan has a width for " + name + ", which this model does not quantise");
  }
  return with_fp32(std::move(by_tensor));
}

Result<std::unique_ptr<const quant::Codec>> codec_like(const quant::ContainerView& container,
                                                       const std::string& codec) {
  std::map<std::string, std::shared_ptr<const quant::Codec>> by_tensor;
  for (const quant::TensorRecord& record : container.records()) {
    const int bits = record.body->bits();
    if (bits == kFp32Bits) continue;
    COVEY_ASSIGN_OR_RETURN(by_tensor[record.tensor->name], quant::make_codec(codec, {bits}));
  }
  return with_fp32(std::move(by_tensor));
}

std::string to_json(const BitPlan& plan) {
  const nlohmann::ordered_json json{{"codec", plan.codec}, {"bits", plan.bits}};
  return json.dump();
}

Result<BitPlan> parse_bit_plan(const std::string& text) {
  try {
    const auto json = nlohmann::json::parse(text);
    return BitPlan{json.at("codec").get<std::string>(), json.at("bits").get<std::map<std::string, int>>()};
  } catch (const nlohmann::json::exception& error) {
    return corrupt(std::string("bit plan: ") + error.what());
  }
}

}  // namespace covey::plan
