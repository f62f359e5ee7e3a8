#include "common/learn/block_eigenvalues.h"

#include "common/curvature/power_iteration.h"
#include "common/curvature/prepare.h"
#include "common/curvature/probes.h"
#include "common/learn/labelled_loss.h"
#include "common/nn/device.h"
#include "common/nn/state.h"

namespace covey::learn {

namespace {

constexpr std::size_t kPartBatch = 250;
constexpr curvature::PowerOptions kPower{1, 50, 1e-2};

std::map<std::string, curvature::ParameterVector> parameters_by_block(
    const nn::Model& model, const std::function<std::string(const std::string&)>& block_of) {
  std::map<std::string, curvature::ParameterVector> blocks;
  for (const auto& parameter : model.named_parameters()) {
    const std::string block = block_of(parameter.key());
    if (!block.empty()) blocks[block].push_back(parameter.value());
  }
  return blocks;
}

/// The k-th of `parts` equal parts.
Samples part_of(const Samples& samples, std::size_t k, std::size_t parts) {
  const std::size_t size = samples.size() / parts;
  const auto first = static_cast<std::ptrdiff_t>(k * size);
  const auto end = first + static_cast<std::ptrdiff_t>(size);
  Samples part;
  part.set = samples.set;
  part.indices.assign(samples.indices.begin() + first, samples.indices.begin() + end);
  if (!samples.labels.empty())
    part.labels.assign(samples.labels.begin() + first, samples.labels.begin() + end);
  return part;
}

}  // namespace

Result<std::map<std::string, std::vector<double>>> block_eigenvalues(
    nn::Model& model, const Samples& samples, const data::DataSpec& spec, std::size_t parts,
    const std::function<std::string(const std::string& parameter)>& block_of, const Stream& draws) {
  COVEY_CHECK(parts > 0 && samples.size() >= parts, "every part needs a sample");
  model.eval();
  const curvature::UnroundedProducts unrounded(model);
  std::map<std::string, std::vector<double>> found;
  for (std::size_t k = 0; k < parts; ++k) {
    const Samples part = part_of(samples, k, parts);
    for (auto& [name, parameters] : parameters_by_block(model, block_of)) {
      const curvature::Hessian hessian(parameters,
                                       labelled_loss(model, part, spec, nn::choose_device(), kPartBatch));
      const auto start = [&, &block = parameters](int) {
        return curvature::rademacher(block, draws, static_cast<std::uint32_t>(k));
      };
      COVEY_ASSIGN_OR_RETURN(const auto pairs,
                             curvature::top_eigenpairs(hessian.as_operator(), start, kPower));
      found[name].push_back(pairs.front().value);
    }
  }
  return found;
}

Result<std::map<std::string, std::vector<double>>> block_eigenvalues(
    LocalTrainer& trainer, const Samples& samples, const Values& values, std::size_t parts,
    const std::function<std::string(const std::string& parameter)>& block_of, const Stream& draws) {
  if (samples.size() < parts) {
    return invalid_argument(std::to_string(samples.size()) + " labelled samples, allowed: at least " +
                            std::to_string(parts));
  }
  try {
    nn::write_values(trainer.model(), trainer.layout(), values);
    return block_eigenvalues(trainer.model(), samples, trainer.setup().spec, parts, block_of, draws);
  } catch (const c10::Error& error) {
    return internal_error(std::string("LibTorch: ") + error.what_without_backtrace());
  } catch (const std::exception& error) {
    return internal_error(std::string("eigenvalues: ") + error.what());
  }
}

}  // namespace covey::learn
