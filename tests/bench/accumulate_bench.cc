// Decoding and adding an update against memcpy of the same model in fp32, in one run, both on one core. The
// counter `of_memcpy` is the ratio of bandwidths (fp32 bytes per second); the aim is 0.5 for 8-bit codes.

#include <benchmark/benchmark.h>
#include <sched.h>

#include "common/average/accumulator.h"
#include "tests/bench/pairs.h"
#include "tests/bench/resnet_layout.h"

namespace covey {
namespace {

using bench::measure_against_memcpy;

struct EncodedUpdate {
  explicit EncodedUpdate(int bits)
      : layout(bench::resnet_sized_layout()),
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

}  // namespace
}  // namespace covey

int main(int argc, char** argv) {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(static_cast<std::size_t>(sched_getcpu()), &one);
  if (sched_setaffinity(0, sizeof(one), &one) != 0) {  // large models are added on all cores that there are
    std::perror("accumulate_bench: cannot stay on one core");
    return 1;
  }
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
