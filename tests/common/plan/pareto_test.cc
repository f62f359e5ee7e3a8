#include "common/plan/pareto.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "common/base/random.h"

namespace covey::plan {
namespace {

using Layers = std::vector<std::vector<Choice>>;

Layers random_layers(std::size_t count, std::uint64_t item) {
  Sequence draws(Stream(1, {}), item);
  Layers layers(count);
  for (auto& choices : layers) {
    const double values = 10 + draws.below(1000);
    const double scale = draws.uniform_double();
    for (const int bits : {2, 3, 4, 8})
      choices.push_back({bits, values * bits, scale * std::pow(4.0, -bits)});
  }
  return layers;
}

/// Every setting there is.
std::vector<Setting> all_settings(const Layers& layers) {
  std::vector<Setting> all{{0, 0, {}}};
  for (const auto& choices : layers) {
    std::vector<Setting> longer;
    for (const Setting& setting : all) {
      for (const Choice& choice : choices) {
        Setting next{setting.cost + choice.cost, setting.sensitivity + choice.sensitivity, setting.bits};
        next.bits.push_back(choice.bits);
        longer.push_back(std::move(next));
      }
    }
    all = std::move(longer);
  }
  return all;
}

double least_within(const std::vector<Setting>& all, double budget) {
  double least = std::numeric_limits<double>::infinity();
  for (const Setting& setting : all) {
    if (setting.cost <= budget) least = std::min(least, setting.sensitivity);
  }
  return least;
}

TEST(Pareto, FrontierIsThatOfAllSettings) {
  for (std::uint64_t item = 0; item < 20; ++item) {
    const Layers layers = random_layers(6, item);
    const auto all = all_settings(layers);
    const auto frontier = pareto_frontier(layers);
    for (std::size_t i = 0; i < frontier.size(); ++i) {
      EXPECT_EQ(frontier[i].sensitivity, least_within(all, frontier[i].cost)) << "nothing beats a point";
      if (i > 0) {
        EXPECT_GT(frontier[i].cost, frontier[i - 1].cost);
        EXPECT_LT(frontier[i].sensitivity, frontier[i - 1].sensitivity);
      }
    }
    for (const double share : {0.3, 0.5, 0.8}) {
      const double budget = share * frontier.back().cost;
      EXPECT_EQ(best_within(layers, budget)->sensitivity, least_within(all, budget));
    }
  }
}

TEST(Pareto, SettingsAddUpToWhatTheySay) {
  const Layers layers = random_layers(30, 5);
  for (const Setting& setting : pareto_frontier(layers)) {
    double cost = 0;
    double sensitivity = 0;
    for (std::size_t l = 0; l < layers.size(); ++l) {
      for (const Choice& choice : layers[l]) {
        if (choice.bits != setting.bits[l]) continue;
        cost += choice.cost;
        sensitivity += choice.sensitivity;
      }
    }
    ASSERT_NEAR(setting.cost, cost, 1e-9 * cost);
    ASSERT_NEAR(setting.sensitivity, sensitivity, 1e-9 * sensitivity);
  }
}

TEST(Pareto, ThinnedOutFrontiersStayNearTheExactOne) {
  const Layers layers = random_layers(25, 7);
  const auto exact = pareto_frontier(layers);
  const auto thin = pareto_frontier(layers, 500);
  ASSERT_GT(exact.size(), 500u);
  EXPECT_LE(thin.size(), 501u);
  EXPECT_EQ(thin.front().cost, exact.front().cost);
  const double budget = 0.5 * exact.back().cost;
  const double best = best_within(layers, budget)->sensitivity;
  EXPECT_LE(best, 1.05 * least_within(thin, budget));
  EXPECT_LE(least_within(thin, budget), 1.05 * best);
}

TEST(Pareto, RefusesABudgetBelowTheCheapestSetting) {
  const Layers layers{{{2, 20, 1}, {4, 40, 0.1}}};
  EXPECT_EQ(best_within(layers, 20)->bits, std::vector<int>{2});
  const auto none = best_within(layers, 19);
  EXPECT_EQ(none.status().code(), Code::kInvalidArgument);
  EXPECT_NE(none.status().message().find("the least is 20"), std::string::npos);
}

// ---- the published optima for ResNet-18

/// Layers in the order of the recording: per stage the first convolution, the second, the one of the
/// shortcut, then those of the second block.
struct ResNet18 {
  std::vector<double> parameters;
  std::vector<double>
      operations;  ///< multiply-adds; the authors count from numbers of parameters in thousands
};

ResNet18 resnet18() {
  ResNet18 net;
  const auto conv = [&net](double in, double out, double side, double rounded) {
    net.parameters.push_back(in * out * side * side);
    net.operations.push_back(rounded);
  };
  for (int i = 0; i < 4; ++i) conv(64, 64, 3, 36e3 * 56 * 56);
  double positions = 28 * 28;
  double thousands = 72e3;
  for (double width = 128; width <= 512; width *= 2) {
    conv(width / 2, width, 3, thousands * positions);
    conv(width, width, 3, 2 * thousands * positions);
    conv(width / 2, width, 1, thousands / 9 * positions);
    conv(width, width, 3, 2 * thousands * positions);
    conv(width, width, 3, 2 * thousands * positions);
    positions /= 4;
    thousands *= 4;
  }
  return net;
}

nlohmann::json golden() {
  std::ifstream file(std::string(COVEY_SOURCE_DIR) + "/tests/golden/quant/hawq_ilp.json");
  return nlohmann::json::parse(file).at("resnet18");
}

/// The layers with 4 or 8 bits; those that share their width are one.
struct Tied {
  Layers layers;
  std::vector<std::size_t> layer_of;  ///< of every layer of the network
};

template <typename Cost>
Tied tied_layers(const nlohmann::json& golden, const Cost& cost) {
  Tied tied;
  const auto sensitivity4 = golden.at("omega_4bit_per_layer").get<std::vector<double>>();
  const auto sensitivity8 = golden.at("omega_8bit_per_layer").get<std::vector<double>>();
  for (std::size_t l = 0; l < sensitivity4.size(); ++l) {
    std::size_t at = tied.layers.size();
    for (const auto& pair : golden.at("tied_pairs")) {
      if (pair.at(1).get<std::size_t>() == l) at = tied.layer_of[pair.at(0).get<std::size_t>()];
    }
    if (at == tied.layers.size()) tied.layers.push_back({{4, 0, 0}, {8, 0, 0}});
    tied.layer_of.push_back(at);
    tied.layers[at][0].cost += cost(l, 4);
    tied.layers[at][1].cost += cost(l, 8);
    tied.layers[at][0].sensitivity += sensitivity4[l];
    tied.layers[at][1].sensitivity += sensitivity8[l];
  }
  return tied;
}

template <typename Cost>
void expect_published(const std::string& limit, const Cost& cost) {
  const nlohmann::json all = golden();
  const Tied tied = tied_layers(all, cost);
  for (const std::string share : {"0.25", "0.5", "0.75"}) {
    const auto& published = all.at(limit + "_" + share);
    const auto best = best_within(tied.layers, published.at("limit").get<double>());
    ASSERT_TRUE(best.ok());
    std::vector<int> bits;
    for (const std::size_t at : tied.layer_of) bits.push_back(best->bits[at]);
    EXPECT_EQ(bits, published.at("bits").get<std::vector<int>>()) << limit << share;
    EXPECT_NEAR(best->cost, published.at("used").get<double>(), 1e-9);
    EXPECT_NEAR(best->sensitivity, published.at("omega_total").get<double>(), 1e-12);
  }
}

TEST(Pareto, FindsThePublishedOptimaUnderALimitOnSize) {
  const ResNet18 net = resnet18();
  expect_published("size", [&](std::size_t l, int bits) { return net.parameters[l] * bits / 8 / 1048576; });
}

TEST(Pareto, FindsThePublishedOptimaUnderALimitOnBitOperations) {
  const ResNet18 net = resnet18();
  expect_published("bops", [&](std::size_t l, int bits) { return net.operations[l] * bits * bits / 1e9; });
}

}  // namespace
}  // namespace covey::plan
