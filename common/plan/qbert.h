#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/plan/bit_plan.h"

namespace covey::plan {

/// Width of what lies outside the blocks: embeddings, places, the classifier.
inline constexpr int kOutsideBits = 8;

/// Parts of the data whose eigenvalues are compared.
inline constexpr std::size_t kQbertParts = 10;

/// The block of a tensor: "layer" and its number, where the name begins with that and a dot; else empty.
std::string block_of(const std::string& tensor);

/// Top eigenvalues of a block's Hessian on several parts of the data.
using BlockEigenvalues = std::map<std::string, std::vector<double>>;

/// |mean| + standard deviation (over n - 1) of a block's eigenvalues: how sensitive it is to rounding. A
/// block that some data make curved and others do not is not to be trusted.
double block_sensitivity(const std::vector<double>& eigenvalues);

/// `width` for all blocks alike, kOutsideBits for every other quantised tensor: what there is to do before
/// anything was measured.
///   errors  kInvalidArgument when the model has no blocks
Result<BitPlan> alike_blocks_plan(const Layout& layout, const std::string& codec, int width);

/// Two neighbouring widths: the wider one for the most sensitive blocks, as many of them as leave the blocks'
/// values at most `mean_bits` on average (2.5: half of them at 3 bits, half at 2), and kOutsideBits for every
/// other quantised tensor of `layout`.
///   eigenvalues  of every block of `layout` that has a quantised tensor
///   source       Q-BERT (arXiv 1909.05840); quantization.md D.2, D.3
///   errors       kInvalidArgument when the model has no blocks, or one has no finite eigenvalues
Result<BitPlan> qbert_plan(const Layout& layout, const BlockEigenvalues& eigenvalues,
                           const std::string& codec, double mean_bits);

}  // namespace covey::plan
