#include "common/curvature/block_mean.h"

namespace covey::curvature {

namespace {

torch::Tensor mean_of_fixed(const torch::Tensor& values, std::int64_t size) {
  const torch::Tensor flat = values.reshape({-1});
  const std::int64_t whole = flat.numel() / size * size;
  torch::Tensor means = torch::empty_like(flat);
  if (whole > 0) {
    means.slice(0, 0, whole).view({-1, size}).copy_(flat.slice(0, 0, whole).view({-1, size}).mean(1, true));
  }
  if (whole < flat.numel()) means.slice(0, whole).fill_(flat.slice(0, whole).mean());
  return means.view(values.sizes());
}

}  // namespace

Result<Blocks> parse_blocks(const std::string& name, std::int64_t size) {
  if (name == "none") return Blocks{Blocks::Kind::kNone, 0};
  if (name == "kernel") return Blocks{Blocks::Kind::kKernel, 0};
  if (name == "row") return Blocks{Blocks::Kind::kRow, 0};
  if (name == "block") return Blocks{Blocks::Kind::kFixed, size};
  return invalid_argument("unknown blocks '" + name + "', allowed: none, kernel, row, block");
}

torch::Tensor block_mean(const torch::Tensor& values, const Blocks& blocks) {
  const std::int64_t dims = values.dim();
  if (blocks.kind == Blocks::Kind::kFixed && dims > 0) return mean_of_fixed(values, blocks.size);
  const bool kernels = blocks.kind == Blocks::Kind::kKernel || blocks.kind == Blocks::Kind::kRow;
  if (kernels && dims == 4) return values.mean({2, 3}, true).expand_as(values);
  if (kernels && dims == 3) return values.mean(2, true).expand_as(values);
  if (blocks.kind == Blocks::Kind::kRow && dims == 2) return values.mean(1, true).expand_as(values);
  return values;
}

}  // namespace covey::curvature
