#include "common/plan/pareto.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "common/base/check.h"

namespace covey::plan {

namespace {

/// A partial setting: what the layers up to one chose, as a chain.
struct Node {
  double cost = 0;
  double sensitivity = 0;
  std::uint32_t before = 0;  ///< index in the layer before
  std::uint32_t choice = 0;
};

bool cheaper(const Node& a, const Node& b) {
  return a.cost != b.cost ? a.cost < b.cost : a.sensitivity < b.sensitivity;
}

/// Of nodes by rising cost, those that are less sensitive than all cheaper ones.
void drop_dominated(std::vector<Node>& nodes) {
  double least = std::numeric_limits<double>::infinity();
  std::size_t kept = 0;
  for (const Node& node : nodes) {
    if (node.sensitivity >= least) continue;
    least = node.sensitivity;
    nodes[kept++] = node;
  }
  nodes.resize(kept);
}

/// The last node of every span of cost: on a frontier it is the least sensitive one.
void thin_out(std::vector<Node>& nodes, std::size_t spans) {
  if (nodes.size() <= spans) return;
  const double first = nodes.front().cost;
  const double width = (nodes.back().cost - first) / static_cast<double>(spans);
  const auto span_of = [&](const Node& node) { return std::floor((node.cost - first) / width); };
  std::size_t kept = 1;  // the cheapest stays whatever follows in its span
  for (std::size_t i = 1; i < nodes.size(); ++i) {
    if (i + 1 == nodes.size() || span_of(nodes[i]) != span_of(nodes[i + 1])) nodes[kept++] = nodes[i];
  }
  nodes.resize(kept);
}

std::vector<Node> extend(const std::vector<Node>& nodes, const std::vector<Choice>& choices) {
  std::vector<Node> longer;
  longer.reserve(nodes.size() * choices.size());
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    for (std::size_t c = 0; c < choices.size(); ++c)
      longer.push_back({nodes[i].cost + choices[c].cost, nodes[i].sensitivity + choices[c].sensitivity,
                        static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(c)});
  }
  std::sort(longer.begin(), longer.end(), cheaper);
  drop_dominated(longer);
  return longer;
}

}  // namespace

std::vector<Setting> pareto_frontier(const std::vector<std::vector<Choice>>& layers, std::size_t points_max) {
  std::vector<std::vector<Node>> chain{{Node{}}};
  for (const auto& choices : layers) {
    COVEY_CHECK(!choices.empty(), "a layer without a choice");
    chain.push_back(extend(chain.back(), choices));
    thin_out(chain.back(), points_max);
  }
  std::vector<Setting> frontier;
  for (const Node& end : chain.back()) {
    Setting setting{end.cost, end.sensitivity, std::vector<int>(layers.size())};
    Node node = end;
    for (std::size_t l = layers.size(); l > 0; --l) {
      setting.bits[l - 1] = layers[l - 1][node.choice].bits;
      node = chain[l - 1][node.before];
    }
    frontier.push_back(std::move(setting));
  }
  return frontier;
}

Result<Setting> best_within(const std::vector<std::vector<Choice>>& layers, double budget) {
  const std::vector<Setting> frontier = pareto_frontier(layers);
  const auto end = std::upper_bound(frontier.begin(), frontier.end(), budget,
                                    [](double limit, const Setting& s) { return limit < s.cost; });
  if (end == frontier.begin()) {
    return invalid_argument("no widths fit a budget of " + std::to_string(budget) + "; the least is " +
                            std::to_string(frontier.front().cost));
  }
  return *(end - 1);
}

}  // namespace covey::plan
