#include "common/plan/qbert.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "common/quant/container.h"

namespace covey::plan {

namespace {

struct Block {
  std::string name;
  double values = 0;
  double sensitivity = 0;
};

/// Quantised values of every block.
Result<std::map<std::string, double>> block_values(const Layout& layout) {
  std::map<std::string, double> values;
  for (const TensorSpec& tensor : layout.tensors()) {
    const std::string block = block_of(tensor.name);
    if (!block.empty() && !quant::stays_fp32(tensor)) values[block] += static_cast<double>(tensor.count);
  }
  if (values.empty()) return invalid_argument("the model has no blocks to rank, allowed: transformer");
  return values;
}

BitPlan plan_of(const Layout& layout, const std::string& codec, const std::map<std::string, int>& widths) {
  BitPlan plan{codec, {}};
  for (const TensorSpec& tensor : layout.tensors()) {
    if (quant::stays_fp32(tensor)) continue;
    const auto found = widths.find(block_of(tensor.name));
    plan.bits[tensor.name] = found == widths.end() ? kOutsideBits : found->second;
  }
  return plan;
}

/// The blocks of a layout, the most sensitive first, ties by their names.
Result<std::vector<Block>> ranked_blocks(const Layout& layout, const BlockEigenvalues& eigenvalues) {
  COVEY_ASSIGN_OR_RETURN(const auto values, block_values(layout));
  std::vector<Block> blocks;
  for (const auto& [name, count] : values) {
    const auto found = eigenvalues.find(name);
    const double sensitivity = found == eigenvalues.end() ? NAN : block_sensitivity(found->second);
    if (!std::isfinite(sensitivity)) return invalid_argument("block " + name + " has no finite eigenvalues");
    blocks.push_back({name, count, sensitivity});
  }
  std::stable_sort(blocks.begin(), blocks.end(),
                   [](const Block& a, const Block& b) { return a.sensitivity > b.sensitivity; });
  return blocks;
}

}  // namespace

std::string block_of(const std::string& tensor) {
  constexpr std::string_view kPrefix = "layer";
  const std::size_t dot = tensor.find('.');
  if (dot == std::string::npos || dot == kPrefix.size() || tensor.compare(0, kPrefix.size(), kPrefix) != 0)
    return "";
  const bool numbered =
      std::all_of(tensor.begin() + kPrefix.size(), tensor.begin() + static_cast<std::ptrdiff_t>(dot),
                  [](char c) { return c >= '0' && c <= '9'; });
  return numbered ? tensor.substr(0, dot) : "";
}

double block_sensitivity(const std::vector<double>& eigenvalues) {
  if (eigenvalues.empty()) return NAN;
  const auto count = static_cast<double>(eigenvalues.size());
  double mean = 0;
  for (const double value : eigenvalues) mean += value / count;
  double squares = 0;
  for (const double value : eigenvalues) squares += (value - mean) * (value - mean);
  return std::abs(mean) + (count > 1 ? std::sqrt(squares / (count - 1)) : 0);
}

Result<BitPlan> alike_blocks_plan(const Layout& layout, const std::string& codec, int width) {
  COVEY_ASSIGN_OR_RETURN(const auto values, block_values(layout));
  std::map<std::string, int> widths;
  for (const auto& block : values) widths[block.first] = width;
  return plan_of(layout, codec, widths);
}

Result<BitPlan> qbert_plan(const Layout& layout, const BlockEigenvalues& eigenvalues,
                           const std::string& codec, double mean_bits) {
  COVEY_ASSIGN_OR_RETURN(const std::vector<Block> blocks, ranked_blocks(layout, eigenvalues));
  const int narrow = static_cast<int>(std::floor(mean_bits));
  double values = 0;
  for (const Block& block : blocks) values += block.values;
  // Bits that blocks at the narrow width leave; a little more, for a mean such as 3.3 that is not exact.
  double spare = values * (mean_bits - narrow + 1e-9);
  std::map<std::string, int> widths;
  for (const Block& block : blocks) {
    const bool wide = block.values <= spare;
    if (wide) spare -= block.values;
    // The first that does not fit ends it: a less sensitive block is not put before it.
    if (!wide) spare = 0;
    widths[block.name] = wide ? narrow + 1 : narrow;
  }
  return plan_of(layout, codec, widths);
}

}  // namespace covey::plan
