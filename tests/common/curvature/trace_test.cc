#include "common/curvature/trace.h"

#include <gtest/gtest.h>

#include "common/curvature/probes.h"
#include "tests/common/curvature/problems.h"

namespace covey::curvature {
namespace {

using covey::testing::tensor_of;
using covey::testing::unflatten;
using testing::Recording;

std::function<ParameterVector(std::uint32_t)> probes_like(const ParameterVector& parameters) {
  return [parameters](std::uint32_t number) { return rademacher(parameters, Stream(5, {}), number); };
}

class TraceGolden : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Traces, TraceGolden, ::testing::Values("single", "full"),
                         [](const auto& instance) { return instance.param; });

TEST_P(TraceGolden, AnswersTheRecordedProbes) {
  const Recording recording(GetParam());
  const auto& recorded = recording.part.at("trace_default");
  const auto count = static_cast<std::uint32_t>(recorded.at("z").size());
  const auto probe = [&](std::uint32_t i) {
    return unflatten(tensor_of(recorded.at("z").at(i)), recording.parameters);
  };
  const Hessian hessian = recording.hessian();
  const auto answers = *answer_probes(hessian, probe, 0, count);
  for (std::uint32_t i = 0; i < count; ++i) {
    double total = 0;
    for (const double block : answers[i].blocks) total += block;
    EXPECT_NEAR(total, recorded.at("vHv").at(i).get<double>(), 1e-12);
  }
  EXPECT_NEAR(summarise(answers).total.mean, recorded.at("mean").get<double>(), 1e-12);
}

TEST_P(TraceGolden, EstimatesTheExactTraceOfTheWholeAndOfEveryBlock) {
  const Recording recording(GetParam());
  const Hessian hessian = recording.hessian();
  const auto estimate = *estimate_trace(hessian, probes_like(recording.parameters), {400, 400, 0});
  const auto expect = [](const Estimate& found, double exact) {
    EXPECT_NEAR(found.mean, exact, 4 * found.standard_error);
    EXPECT_LT(found.standard_error, 0.2 * exact);
  };
  expect(estimate.total, recording.part.at("exact_trace").get<double>());
  for (std::size_t l = 0; l < estimate.blocks.size(); ++l) {
    const std::string name = recording.golden.at("param_names").at(l);
    expect(estimate.blocks[l], recording.part.at("blocks").at(name).at("trace").get<double>());
  }
}

TEST(Trace, IsExactInEveryProbeForADiagonalHessian) {
  const ParameterVector p{torch::ones({4}, torch::kFloat64).requires_grad_()};
  const torch::Tensor diagonal = torch::tensor({1.0, -2.0, 3.0, 0.5}, torch::kFloat64);
  const Hessian hessian(p, {{1}, [&](std::size_t) { return (diagonal * p[0].square()).sum() / 2; }});
  const auto estimate = *estimate_trace(hessian, probes_like(p), {});
  EXPECT_NEAR(estimate.total.mean, 2.5, 1e-14);
  EXPECT_NEAR(estimate.total.standard_error, 0, 1e-14);
  EXPECT_TRUE(estimate.converged);
  EXPECT_EQ(estimate.probes, 10);
}

TEST(Trace, StopsByItsStandardError) {
  const Recording recording("full");
  const Hessian hessian = recording.hessian();
  const auto rough = *estimate_trace(hessian, probes_like(recording.parameters), {10, 2000, 0.05});
  EXPECT_TRUE(rough.converged);
  EXPECT_LE(rough.total.standard_error, 0.05 * rough.total.mean);
  EXPECT_GT(rough.probes, 30);
  const auto short_of_probes = *estimate_trace(hessian, probes_like(recording.parameters), {10, 25, 0.001});
  EXPECT_FALSE(short_of_probes.converged);
  EXPECT_EQ(short_of_probes.probes, 25);
}

// Clients answer for their own data, and the coordinator weighs the answers by samples.
TEST(Trace, OfAllDataIsTheMeanOverThePartsWeightedBySamples) {
  const Recording recording("full");
  const Hessian hessian = recording.hessian();
  const auto probe = probes_like(recording.parameters);
  const auto whole = *answer_probes(hessian, probe, 0, 3);
  const BatchedLoss loss = recording.loss();
  std::vector<double> sums(3 * 4, 0);
  for (std::size_t batch = 0; batch < 3; ++batch) {
    const Hessian part(recording.parameters, {{1}, [&](std::size_t) { return loss.evaluate(batch); }});
    const auto answers = *answer_probes(part, probe, 0, 3);
    for (std::size_t i = 0; i < 3; ++i) {
      for (std::size_t l = 0; l < 4; ++l) sums[4 * i + l] += loss.samples[batch] / 31 * answers[i].blocks[l];
    }
  }
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t l = 0; l < 4; ++l) EXPECT_NEAR(sums[4 * i + l], whole[i].blocks[l], 1e-13);
  }
}

}  // namespace
}  // namespace covey::curvature
