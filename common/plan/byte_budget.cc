#include "common/plan/byte_budget.h"

#include <cmath>

#include "common/base/bytes.h"
#include "common/quant/container.h"
#include "common/quant/registry.h"

namespace covey::plan {

namespace {

constexpr int kNarrowest = 2;
constexpr int kWidest = 8;

double fp32_bytes(const Layout& layout) {
  return static_cast<double>(layout.value_count()) * sizeof(float);
}

Result<double> container_bytes(const Layout& layout, Span<const float> values, const BitPlan& plan) {
  COVEY_ASSIGN_OR_RETURN(const auto codec, codec_of(plan, layout));
  COVEY_ASSIGN_OR_RETURN(const Bytes bytes,
                         quant::encode_model(*codec, layout, Values(values.begin(), values.end()), {}));
  return static_cast<double>(bytes.size());
}

Result<double> record_bytes(const TensorSpec& tensor, Span<const float> values, const std::string& codec,
                            int bits) {
  COVEY_ASSIGN_OR_RETURN(const auto made, quant::make_codec(codec, {bits}));
  ByteWriter out;
  made->encode(tensor, values, {}, out);
  return static_cast<double>(out.bytes().size());
}

}  // namespace

Result<double> limit_bytes(const Layout& layout, Span<const float> values, const std::string& codec,
                           double ratio, std::vector<LayerSensitivity>& layers) {
  BitPlan any{codec, {}};
  double quantised = 0;  // bytes of the records under `any`
  std::size_t next = 0;
  for (const TensorSpec& tensor : layout.tensors()) {
    if (quant::stays_fp32(tensor)) continue;
    COVEY_CHECK(next < layers.size() && layers[next].name == tensor.name, tensor.name);
    LayerSensitivity& layer = layers[next++];
    for (Choice& choice : layer.choices) {
      COVEY_ASSIGN_OR_RETURN(
          choice.cost, record_bytes(tensor, values.subspan(tensor.offset, tensor.count), codec, choice.bits));
    }
    any.bits[tensor.name] = layer.choices.front().bits;
    quantised += layer.choices.front().cost;
  }
  COVEY_ASSIGN_OR_RETURN(const double all, container_bytes(layout, values, any));
  const double left = ratio * fp32_bytes(layout) - (all - quantised);
  if (left > 0) return left;
  return invalid_argument("what stays in fp32 takes " + std::to_string(all - quantised) + " bytes, " +
                          std::to_string(ratio) + " of the model are " +
                          std::to_string(ratio * fp32_bytes(layout)));
}

Result<BitPlan> widest_uniform_plan(const Layout& layout, const std::string& codec, double ratio) {
  Values values(layout.value_count());  // sizes need values that differ
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<float>(std::sin(static_cast<double>(i)));
  for (int bits = kWidest; bits >= kNarrowest; --bits) {
    const BitPlan plan = uniform_plan(layout, codec, bits);
    COVEY_ASSIGN_OR_RETURN(const double bytes, container_bytes(layout, values, plan));
    if (bytes <= ratio * fp32_bytes(layout)) return plan;
  }
  return invalid_argument("2 bits a value take more than " + std::to_string(ratio) + " of the model");
}

}  // namespace covey::plan
