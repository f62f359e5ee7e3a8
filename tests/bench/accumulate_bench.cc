// Decoding and adding an update against memcpy of the same model in fp32, in one run. The counter `of_memcpy`
// is the ratio of bandwidths (fp32 bytes per second); the aim is 0.5 for 8-bit codes.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <functional>
#include <vector>

#include "common/average/accumulator.h"
#include "tests/support/models.h"

namespace covey {
namespace {

// The size of an 11-million-parameter ResNet-18: a few large tensors dominate.
Layout resnet_sized_layout() {
  std::vector<TensorSpec> tensors;
  for (int i = 0; i < 4; ++i)
    tensors.push_back(testing::parameter("layer" + std::to_string(i) + ".weight", {512, 512, 3, 3}));
  for (int i = 0; i < 12; ++i)
    tensors.push_back(testing::parameter("small" + std::to_string(i) + ".weight", {128, 128, 3, 3}));
  for (int i = 0; i < 16; ++i)
    tensors.push_back(testing::parameter("norm" + std::to_string(i) + ".bias", {512}));
  return testing::layout_of(std::move(tensors));
}

double seconds_of(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// Measures pairs (memcpy, work), so that both see the same machine.
void measure_against_memcpy(benchmark::State& state, const Values& values,
                            const std::function<void()>& work) {
  Values copy(values.size());
  std::vector<double> ratios;
  for (auto _ : state) {
    const double memcpy_seconds = seconds_of([&] {
      std::memcpy(copy.data(), values.data(), values.size() * sizeof(float));
      benchmark::ClobberMemory();
    });
    const double work_seconds = seconds_of(work);
    ratios.push_back(memcpy_seconds / work_seconds);
    state.SetIterationTime(work_seconds);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * values.size() * sizeof(float)));
  state.counters["of_memcpy"] = median(ratios);
}

struct EncodedUpdate {
  explicit EncodedUpdate(int bits)
      : layout(resnet_sized_layout()),
        values(testing::uniform_values(layout.value_count(), -1, 1, 1)),
        bytes(testing::encode(bits == 32 ? "fp32" : "ptq", bits, layout, values)) {}

  Layout layout;
  Values values;
  Bytes bytes;
};

// What the averaging itself costs: the update was parsed and checked before.
void decode_and_add(benchmark::State& state) {
  const EncodedUpdate update(static_cast<int>(state.range(0)));
  const auto view = quant::ContainerView::parse(update.bytes, update.layout);
  average::Accumulator accumulator(update.layout.value_count());
  measure_against_memcpy(state, update.values, [&] { accumulator.add(*view); });
}
BENCHMARK(decode_and_add)->ArgName("bits")->Arg(2)->Arg(4)->Arg(5)->Arg(8)->Arg(32)->UseManualTime();

// Checksums and checks included.
void parse_check_decode_and_add(benchmark::State& state) {
  const EncodedUpdate update(static_cast<int>(state.range(0)));
  average::Accumulator accumulator(update.layout.value_count());
  measure_against_memcpy(state, update.values, [&] {
    const auto view = quant::ContainerView::parse(update.bytes, update.layout);
    if (average::check_update(*view, average::magnitude_limit(10)).ok()) accumulator.add(*view);
  });
}
BENCHMARK(parse_check_decode_and_add)->ArgName("bits")->Arg(4)->Arg(8)->Arg(32)->UseManualTime();

void encode_update(benchmark::State& state) {
  const EncodedUpdate update(8);
  const auto codec = quant::make_codec("ptq", {8});
  const quant::CodecDraws draws = state.range(0) != 0 ? quant::CodecDraws(1, {}) : quant::CodecDraws();
  measure_against_memcpy(state, update.values, [&] {
    auto bytes = quant::encode_model(**codec, update.layout, update.values, draws);
    benchmark::DoNotOptimize(bytes);
  });
}
BENCHMARK(encode_update)->ArgName("stochastic")->Arg(0)->Arg(1)->UseManualTime();

}  // namespace
}  // namespace covey

BENCHMARK_MAIN();
