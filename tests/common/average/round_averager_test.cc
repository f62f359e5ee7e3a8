// The averaging of a round: hand-made scalars first, then the properties that the rules promise (ssfl.md 9).

#include "common/average/round_averager.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "common/average/fixed_point.h"
#include "common/average/model_checks.h"
#include "common/average/registry.h"
#include "tests/common/average/round.h"

namespace covey::average {
namespace {

using testing::buffer;
using ::testing::ElementsAre;
using testing::encode;
using ::testing::HasSubstr;
using testing::layout_of;
using testing::parameter;
using testing::uniform_values;

TEST(ParallelRound, ServerIsOneMoreMemberOfItsGroup) {
  Round round(scalar(), 1, 3, Order::kParallel);
  round.add(0, {1}).add(0, {2}).add(0, {-3});
  const GlobalModels next = round.finish(same_everywhere({10}, 1), {14});
  EXPECT_THAT(scalars(next.masters), ElementsAre(11));  // (14 + 11 + 12 + 7) / 4
  EXPECT_THAT(next.average(), ElementsAre(11));
}

TEST(ParallelRound, EveryUserAloneGetsTheMeanOfItselfAndTheServer) {
  constexpr std::uint32_t kSlots = 4;
  Round round(scalar(), kSlots, kSlots, Order::kParallel);
  for (std::uint32_t k = 0; k < kSlots; ++k) round.add(k, {static_cast<float>(k)});
  const GlobalModels next = round.finish(same_everywhere({8}, kSlots), {16});
  EXPECT_THAT(scalars(next.masters), ElementsAre(12, 12.5f, 13, 13.5f));
  EXPECT_THAT(next.average(), ElementsAre(12.75f));
}

TEST(ParallelRound, UnequalGroupsCountEquallyInTheAverage) {
  const auto map = (*make_rule("grouping", {}))->group_map(47, 0);
  Round round(scalar(), map->group_count(), 47, Order::kParallel);
  for (std::uint32_t slot = 0; slot < 47; ++slot)
    round.add(map->group_of({slot}).value, {static_cast<float>(slot)});
  const GlobalModels next = round.finish(same_everywhere({0}, 5), {0});
  // Sums 45, 145, 245, 345 over 11 members, 301 over 8.
  const std::vector<double> groups = {45 / 11.0, 145 / 11.0, 245 / 11.0, 345 / 11.0, 301 / 8.0};
  double mean = 0;
  for (std::size_t g = 0; g < 5; ++g) {
    EXPECT_NEAR(next.masters[g][0], groups[g], 2e-6);
    mean += groups[g] / 5;
  }
  EXPECT_NEAR(next.average()[0], mean, 2e-6);
}

TEST(ParallelRound, ServersShareOfTheAverageFollowsTheFormula) {
  // (1/S) sum 1 / (|G_i| + 1); figures of the table in ssfl.md 4.5.
  const std::pair<std::uint32_t, double> kShares[] = {{10, 0.1667}, {20, 0.0909}, {30, 0.0909}, {47, 0.0977}};
  for (const auto& [slots, share] : kShares) {
    for (const std::string rule : {"grouping", "fedavg"}) {
      const auto map = (*make_rule(rule, {}))->group_map(slots, 0);
      Round round(scalar(), map->group_count(), slots, Order::kParallel);
      for (std::uint32_t slot = 0; slot < slots; ++slot) round.add(map->group_of({slot}).value, {0});
      const float average = round.finish(same_everywhere({0}, map->group_count()), {1}).average()[0];
      EXPECT_NEAR(average, rule == "grouping" ? share : 1.0 / (slots + 1), 5e-5) << rule << " " << slots;
    }
  }
}

TEST(ParallelRound, GroupWithoutAnUpdateKeepsItsModelAndStaysOutOfTheAverage) {
  Round round(scalar(), 3, 6, Order::kParallel);
  round.add(0, {2}).add(2, {4});
  const GlobalModels next = round.finish({{{1}, {100.1f}, {3}}, {50}}, {5});
  EXPECT_THAT(scalars(next.masters), ElementsAre(4, 100.1f, 6));  // (5+3)/2, kept, (5+7)/2
  EXPECT_THAT(next.average(), ElementsAre(5));
}

TEST(ParallelRound, WithoutAnyUpdateEveryModelIsTheServers) {
  const Round round(scalar(), 2, 6, Order::kParallel);
  const GlobalModels next = round.finish({{{1}, {2}}, {3}}, {1e-12f});
  EXPECT_THAT(scalars(next.masters), ElementsAre(1e-12f, 1e-12f));
  EXPECT_THAT(next.average(), ElementsAre(1e-12f));
}

TEST(AlternateRound, AveragesTheUsersWithoutTheServer) {
  Round round(scalar(), 2, 5, Order::kAlternate);
  round.add(0, {1}).add(0, {2}).add(1, {-2});
  const GlobalModels next = round.finish({{{10}, {20}}, {15}});
  EXPECT_THAT(scalars(next.masters), ElementsAre(11.5f, 18));
  EXPECT_THAT(next.average(), ElementsAre(14.75f));
}

TEST(AlternateRound, WithoutAnyUpdateNothingChanges) {
  const GlobalModels committed{{{1e-12f}, {2}}, {3}};
  const Round round(scalar(), 2, 5, Order::kAlternate);
  const GlobalModels next = round.finish(committed);
  EXPECT_EQ(next.masters, committed.masters);
  EXPECT_EQ(next.average(), committed.average());
}

TEST(AlternateRound, ServersChangeMovesEveryModel) {
  GlobalModels next{{{11.5f}, {18}}, {14.75f}};
  ASSERT_TRUE(apply_server_change(scalar(), Values{15.25f}, next).ok());
  EXPECT_THAT(scalars(next.masters), ElementsAre(12, 18.5f));
  EXPECT_THAT(next.average(), ElementsAre(15.25f));
}

TEST(AlternateRound, WithOneGroupTheMasterBecomesTheServersModelExactly) {
  const Layout layout = layout_of({parameter("w", {1000})});
  GlobalModels next = same_everywhere(uniform_values(1000, -1, 1, 1), 1);
  const Values server = uniform_values(1000, -1, 1, 2);
  ASSERT_TRUE(apply_server_change(layout, server, next).ok());
  EXPECT_EQ(next.masters[0], server);
  EXPECT_EQ(next.average(), server);
}

TEST(AlternateRound, RefusesAServerThatDiverged) {
  for (const float bad : {NAN, INFINITY}) {
    GlobalModels next = same_everywhere({1}, 1);
    const Status status = apply_server_change(scalar(), Values{bad}, next);
    EXPECT_EQ(status.code(), Code::kInternal);
    EXPECT_THAT(status.message(), HasSubstr("tensor w of the server's model"));
    EXPECT_THAT(next.average(), ElementsAre(1));
  }
}

// ---- properties over whole models

Layout model() {
  return layout_of({parameter("a", {7}), parameter("b", {20, 30}), buffer("n.running_mean", {5})});
}

TEST(Grouping, WithOneGroupEqualsFedAvgBitForBit) {
  const std::size_t count = model().value_count();
  const Values start = uniform_values(count, -1, 1, 100);
  const Values server = uniform_values(count, -1, 1, 101);
  std::vector<GlobalModels> results;
  for (const std::string name : {"fedavg", "grouping"}) {
    const auto map = (*make_rule(name, {}))->group_map(8, 1);
    Round round(model(), map->group_count(), 8, Order::kParallel);
    for (std::uint32_t k = 0; k < 8; ++k)
      round.add(map->group_of({k}).value, uniform_values(count, -1e-2f, 1e-2f, k));
    results.push_back(round.finish(same_everywhere(start, 1), server));
  }
  EXPECT_EQ(results[0].masters, results[1].masters);
  EXPECT_EQ(results[0].average(), results[1].average());
  EXPECT_EQ(results[0].average(), results[0].masters[0]);
}

TEST(FedAvg, IsTheMeanOfEquationsFourAndFive) {
  const std::size_t count = model().value_count();
  const Values start = uniform_values(count, -1, 1, 100);
  const Values server = uniform_values(count, -1, 1, 101);
  Round round(model(), 1, 8, Order::kParallel);
  std::vector<double> expected(server.begin(), server.end());
  for (std::uint32_t k = 0; k < 8; ++k) {
    const Values delta = uniform_values(count, -1e-2f, 1e-2f, k);
    round.add(0, delta);
    for (std::size_t i = 0; i < count; ++i) expected[i] += double{start[i]} + double{delta[i]};
  }
  const Values average = round.finish(same_everywhere(start, 1), server).average();
  for (std::size_t i = 0; i < count; ++i) EXPECT_NEAR(average[i], expected[i] / 9, 1e-7) << i;
}

TEST(RoundAverager, IdenticalModelsAreAFixedPoint) {
  const std::size_t count = model().value_count();
  Values start = uniform_values(count, -3, 3, 1);
  for (float& value : start) value = to_float(to_fixed(value));  // as every averaged model is
  for (const std::uint32_t groups : {1u, 3u}) {
    for (const Order order : {Order::kParallel, Order::kAlternate}) {
      Round round(model(), groups, 7, order);
      for (std::uint32_t k = 0; k < 7; ++k) round.add(k % groups, Values(count, 0.0f));
      const GlobalModels next =
          round.finish(same_everywhere(start, groups), order == Order::kParallel ? start : Values());
      for (const Values& master : next.masters) EXPECT_EQ(master, start);
      EXPECT_EQ(next.average(), start);
    }
  }
}

TEST(RoundAverager, OrderOfArrivalChangesNothing) {
  const std::size_t count = model().value_count();
  const Values server = uniform_values(count, -1, 1, 101);
  const GlobalModels committed{{uniform_values(count, -1, 1, 7), uniform_values(count, -1, 1, 8)}, server};
  std::vector<std::uint32_t> order = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  Sequence sequence(Stream(4, {}), 0);
  std::optional<GlobalModels> expected;
  for (int shuffle = 0; shuffle < 20; ++shuffle) {
    Round round(model(), 2, 10, Order::kParallel);
    for (const std::uint32_t k : order) round.add(k / 5, uniform_values(count, -1e3f, 1e-3f, k));
    const GlobalModels next = round.finish(committed, server);
    if (!expected) expected = next;
    EXPECT_EQ(next.masters, expected->masters);
    EXPECT_EQ(next.average(), expected->average());
    sequence.shuffle(Span<std::uint32_t>(order));
  }
}

TEST(RoundAverager, PermutingUsersInsideAGroupChangesNothingButAcrossGroupsItDoes) {
  const auto with = [](std::uint32_t first, std::uint32_t second, std::uint32_t third, std::uint32_t fourth) {
    const std::size_t count = model().value_count();
    Round round(model(), 2, 4, Order::kAlternate);
    const auto delta = [count](std::uint32_t user) { return uniform_values(count, -1, 1, user); };
    round.add(0, delta(first)).add(0, delta(second)).add(1, delta(third)).add(1, delta(fourth));
    return round.finish(same_everywhere(Values(count, 0.5f), 2)).masters;
  };
  EXPECT_EQ(with(1, 2, 3, 4), with(2, 1, 4, 3));
  EXPECT_NE(with(1, 2, 3, 4), with(1, 3, 2, 4));
}

TEST(RoundAverager, GroupModelsDifferFromTheAverageWhenThereAreSeveral) {
  const std::size_t count = model().value_count();
  Round round(model(), 2, 4, Order::kParallel);
  for (std::uint32_t k = 0; k < 4; ++k) round.add(k / 2, uniform_values(count, -1, 1, k));
  const Values start(count, 0.0f);
  const GlobalModels next = round.finish(same_everywhere(start, 2), start);
  EXPECT_NE(next.masters[0], next.masters[1]);
  EXPECT_NE(next.masters[0], next.average());
  for (std::size_t i = 0; i < count; ++i)
    EXPECT_NEAR(next.average()[i], (double{next.masters[0][i]} + double{next.masters[1][i]}) / 2, 1e-7);
}

TEST(RoundAverager, DividesHalfToEven) {
  // Sums of 1, 3 and 5 units of 2^-32 over two members.
  const Layout layout = layout_of({parameter("w", {3})});
  Round round(layout, 1, 1, Order::kParallel);
  round.add(0, {0x1p-32f, 3 * 0x1p-32f, -5 * 0x1p-32f});
  const GlobalModels next = round.finish(same_everywhere({0, 0, 0}, 1), {0, 0, 0});
  EXPECT_THAT(next.average(), ElementsAre(0, 2 * 0x1p-32f, -2 * 0x1p-32f));
}

TEST(RoundAverager, ClampsVariancesButNoOtherBufferAtZero) {
  const Layout layout = layout_of(
      {buffer("n.running_mean", {1}), buffer("n.running_var", {1}), parameter("p.running_var", {1})});
  Round round(layout, 1, 1, Order::kAlternate);
  round.add(0, {-2, -2, -2});
  GlobalModels next = round.finish(same_everywhere({1, 1, 1}, 1));
  EXPECT_THAT(next.masters[0], ElementsAre(-1, 0, -1));
  EXPECT_THAT(next.average(), ElementsAre(-1, 0, -1));
  ASSERT_TRUE(apply_server_change(layout, Values{-2, -1, -2}, next).ok());
  EXPECT_THAT(next.masters[0], ElementsAre(-2, 0, -2));
}

TEST(RoundAverager, RefusesAnUpdateBeforeAddingAnyOfIt) {
  const Layout layout = layout_of({parameter("a", {1}), parameter("b", {1})});
  Round round(layout, 1, 3, Order::kAlternate);
  round.add(0, {4, 4});
  EXPECT_EQ(round.try_add(0, {1, 0x1p28f}).code(), Code::kRefused);  // the limit is 2^30 / 4
  EXPECT_TRUE(round.try_add(0, {2, 2}).ok());
  EXPECT_THAT(round.finish(same_everywhere({0, 0}, 1)).average(), ElementsAre(3, 3));
}

TEST(RoundAverager, LargestAllowedMagnitudesDoNotOverflow) {
  for (const std::uint32_t slots : {1u, 3u, 64u}) {
    const float largest = std::nextafter(static_cast<float>(magnitude_limit(slots)), 0.0f);
    for (const std::uint32_t groups : {1u, slots}) {
      Round round(scalar(), groups, slots, Order::kParallel);
      for (std::uint32_t k = 0; k < slots; ++k) round.add(k % groups, {-largest});
      const GlobalModels next = round.finish(same_everywhere({-largest}, groups), {-largest});
      const double n = slots / groups;
      EXPECT_NEAR(next.average()[0] / largest, -(1 + 2 * n) / (1 + n), 1e-6);
    }
  }
}

TEST(RoundAverager, ModelsThatReachTheLimitAreAnError) {
  const Round round(scalar(), 1, 3, Order::kParallel);
  for (const float bad : {0x1p28f, -0x1p28f, INFINITY, NAN}) {
    const auto server = round.averager().finish(same_everywhere({0}, 1), Values{bad});
    EXPECT_EQ(server.status().code(), Code::kInternal);
    EXPECT_THAT(server.status().message(), HasSubstr("tensor w of the server's model"));
    const auto master = round.averager().finish(same_everywhere({bad}, 1), Values{0});
    EXPECT_THAT(master.status().message(), HasSubstr("tensor w of the model of group 0"));
  }
}

TEST(ModelChecks, FindOneValueInAnyPieceOfALargeModel) {
  const Layout model = layout_of({parameter("a", {1000, 1500}), parameter("b", {1000, 2000})});
  Values values(model.value_count(), 0.5f);
  EXPECT_TRUE(check_magnitudes(model, values, 1, "it").ok());
  for (const std::size_t at : {std::size_t{0}, values.size() / 2, values.size() - 1}) {
    values[at] = NAN;
    const Status status = check_magnitudes(model, values, 1, "it");
    EXPECT_THAT(status.message(), HasSubstr(at == 0 ? "tensor a of it" : "tensor b of it"));
    values[at] = 0.5f;
  }
}

}  // namespace
}  // namespace covey::average
