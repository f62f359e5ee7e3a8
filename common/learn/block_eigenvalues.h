#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "common/base/random.h"
#include "common/learn/local_trainer.h"
#include "common/learn/samples.h"
#include "common/nn/model.h"

namespace covey::learn {

/// The largest eigenvalue of the Hessian of every block of `model` on each of `parts` equal parts of
/// `samples`, in eval mode, by the name of the block. A part's loss is the task's mean over it.
///   samples  at least one for each part, with labels where the task has classes
///   block_of of a parameter by its name; empty where it is in none
///   draws    where power iterations begin
///   source   quantization.md D.2; they end at a residual of one hundredth of the value, or after 50 products
///   errors   those of curvature::top_eigenpairs
Result<std::map<std::string, std::vector<double>>> block_eigenvalues(
    nn::Model& model, const Samples& samples, const data::DataSpec& spec, std::size_t parts,
    const std::function<std::string(const std::string& parameter)>& block_of, const Stream& draws);

/// The same of a trainer's model at `values`.
///   errors  kInternal, too, when LibTorch fails; kInvalidArgument when there are fewer samples than parts
Result<std::map<std::string, std::vector<double>>> block_eigenvalues(
    LocalTrainer& trainer, const Samples& samples, const Values& values, std::size_t parts,
    const std::function<std::string(const std::string& parameter)>& block_of, const Stream& draws);

}  // namespace covey::learn
