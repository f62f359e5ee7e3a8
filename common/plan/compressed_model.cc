#include "common/plan/compressed_model.h"

#include "common/quant/container.h"
#include "common/store/safetensors.h"

namespace covey::plan {

namespace {

constexpr const char* kContainer = "covey.container";
constexpr const char* kPlan = "covey.plan";

bool is_compressed(const store::Safetensors& file) {
  return file.tensors.size() == 1 && file.tensors[0].name == kContainer &&
         file.tensors[0].dtype == store::Dtype::kU8;
}

}  // namespace

Result<Bytes> write_compressed_model(const Layout& layout, Span<const float> values, const BitPlan& plan,
                                     std::map<std::string, std::string> metadata) {
  COVEY_ASSIGN_OR_RETURN(const auto codec, codec_of(plan, layout));
  COVEY_ASSIGN_OR_RETURN(const Bytes container,
                         quant::encode_model(*codec, layout, values, quant::CodecDraws()));
  store::Safetensors file;
  file.metadata = std::move(metadata);
  file.metadata[kPlan] = to_json(plan);
  file.tensors.push_back(
      {kContainer, {static_cast<std::uint32_t>(container.size())}, container, store::Dtype::kU8});
  return store::write_safetensors(file);
}

Result<Values> read_model_file(ByteSpan bytes, const Layout& layout) {
  COVEY_ASSIGN_OR_RETURN(const store::Safetensors file, store::parse_safetensors(bytes));
  if (!is_compressed(file)) return store::read_safetensors(bytes, layout);
  const auto container = quant::ContainerView::parse(file.tensors[0].data, layout);
  if (!container.ok()) return invalid_argument(container.status().message());
  return container->decode();
}

}  // namespace covey::plan
