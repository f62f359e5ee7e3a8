// Quantising and packing the coded tensors of a model on one core: against memcpy of them in fp32, and
// against LibTorch's operations: in fp64, the precision in which codecs compute positions, and in fp32;
// neither gives the same codes next to ties, and LibTorch draws wider random numbers. A ResNet-18 (11 million
// values) comes from memory, which bounds nearest rounding; a ResNet-20 (0.3 million) stays in the cache.
// Counters are ratios of times, baseline over ours, as medians of interleaved pairs. The aims: `of_memcpy`
// 0.3, `over_torch` 10; `of_psq` of bhq at least 1/3.

#include <benchmark/benchmark.h>

#include <cmath>

#include "common/base/image_shape.h"
#include "common/nn/model.h"
#include "common/nn/state.h"
#include "common/program/startup.h"
#include "tests/bench/pairs.h"
#include "tests/support/models.h"

namespace covey {
namespace {

using bench::measure_against_memcpy;
using bench::measure_pairs;

constexpr std::int64_t kLarge = 18;
constexpr std::int64_t kSmall = 20;

Layout coded_tensors_of_resnet(std::int64_t depth) {
  const std::string name = "resnet" + std::to_string(depth);
  const Layout all = nn::layout_of(**nn::make_model(name, {ImageShape{3, 32, 32}, 10, nn::Norm::kGroup}, 1));
  std::vector<TensorSpec> coded;
  for (const TensorSpec& tensor : all.tensors()) {
    if (!quant::stays_fp32(tensor)) coded.push_back(tensor);
  }
  return *Layout::make(std::move(coded));
}

struct Model {
  explicit Model(std::int64_t depth) : layout(coded_tensors_of_resnet(depth)) {}

  Layout layout;
  Values values = testing::uniform_values(layout.value_count(), -1, 1, 1);
};

quant::CodecDraws draws_of(const benchmark::State& state) {
  return state.range(1) != 0 ? quant::CodecDraws(1, {}) : quant::CodecDraws();
}

// Records of all tensors, one after the other, into memory that is there already, as is memcpy's.
class Encoder {
 public:
  Encoder(const Model& model, const char* codec, const benchmark::State& state)
      : model_(model),
        codec_(*quant::make_codec(codec, {static_cast<int>(state.range(0))})),
        draws_(draws_of(state)) {}

  void operator()() {
    out_.bytes().clear();
    for (const TensorSpec& tensor : model_.layout.tensors()) {
      const auto values = Span<const float>(model_.values).subspan(tensor.offset, tensor.count);
      codec_->encode(tensor, values, draws_, out_);
    }
    benchmark::DoNotOptimize(out_.bytes().data());
  }

 private:
  const Model& model_;
  std::unique_ptr<const quant::Codec> codec_;
  quant::CodecDraws draws_;
  ByteWriter out_;
};

// The grid of ptq per tensor.
class TorchEncoder {
 public:
  TorchEncoder(const Model& model, const benchmark::State& state)
      : bits_(state.range(0)),
        stochastic_(state.range(1) != 0),
        type_(state.range(3) == 64 ? torch::kDouble : torch::kFloat) {
    for (const TensorSpec& tensor : model.layout.tensors()) {
      const auto* values = model.values.data() + tensor.offset;
      tensors_.push_back(
          torch::from_blob(const_cast<float*>(values), static_cast<std::int64_t>(tensor.count)));
    }
  }

  void operator()() const {
    const torch::NoGradGuard no_grad;
    for (const torch::Tensor& values : tensors_) benchmark::DoNotOptimize(packed(codes(values)).data_ptr());
  }

 private:
  torch::Tensor codes(const torch::Tensor& values) const {
    const double last = std::pow(2.0, static_cast<double>(bits_)) - 1;
    const torch::Tensor low = values.min().to(type_);
    auto places = (values.to(type_) - low).mul_(last / (values.max().to(type_) - low));
    if (stochastic_) {
      places.add_(torch::rand_like(places)).floor_();
    } else {
      places.round_();
    }
    return places.clamp_(0, last).to(torch::kByte);
  }

  torch::Tensor packed(const torch::Tensor& codes) const {
    if (bits_ == 8) return codes;
    const auto pairs = codes.view({-1, 2});
    return pairs.select(1, 0).bitwise_or(pairs.select(1, 1).bitwise_left_shift(4));
  }

  std::int64_t bits_;
  bool stochastic_;
  torch::ScalarType type_;
  std::vector<torch::Tensor> tensors_;
};

void widths(benchmark::internal::Benchmark* bench) {
  bench->ArgNames({"bits", "stochastic"})->ArgsProduct({{8, 4}, {0, 1}})->UseManualTime();
}

void quantise_and_pack(benchmark::State& state) {
  const Model model(kLarge);
  Encoder encode(model, "ptq", state);
  measure_against_memcpy(state, model.values, [&] { encode(); });
}
BENCHMARK(quantise_and_pack)->Apply(widths);

void quantise_and_pack_in_torch(benchmark::State& state) {
  const Model model(state.range(2));
  Encoder encode(model, "ptq", state);
  const TorchEncoder baseline(model, state);
  measure_pairs(state, "over_torch", model.values.size(), baseline, [&] { encode(); });
}
BENCHMARK(quantise_and_pack_in_torch)
    ->ArgNames({"bits", "stochastic", "resnet", "fp"})
    ->ArgsProduct({{8, 4}, {0, 1}, {kLarge, kSmall}, {64, 32}})
    ->UseManualTime();

void bhq(benchmark::State& state) {
  const Model model(kLarge);
  Encoder encode(model, "bhq", state);
  Encoder baseline(model, "psq", state);
  measure_pairs(
      state, "of_psq", model.values.size(), [&] { baseline(); }, [&] { encode(); });
}
BENCHMARK(bhq)->Apply(widths);

// All that an upload costs: checks, checksums and fresh memory included.
void encode_update(benchmark::State& state) {
  const Model model(kLarge);
  const auto codec = quant::make_codec("ptq", {static_cast<int>(state.range(0))});
  measure_against_memcpy(state, model.values, [&] {
    auto bytes = quant::encode_model(**codec, model.layout, model.values, draws_of(state));
    benchmark::DoNotOptimize(bytes);
  });
}
BENCHMARK(encode_update)->Apply(widths);

}  // namespace
}  // namespace covey

int main(int argc, char** argv) {
  covey::program::configure_process();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
