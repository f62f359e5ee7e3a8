#pragma once

#include "common/curvature/hessian.h"
#include "tests/support/second_order.h"

namespace covey::curvature::testing {

/// "single" or "full" of pyhessian_mlp.json: the network, its data in batches and what is known of them.
struct Recording {
  nlohmann::json golden;
  nlohmann::json part;
  ParameterVector parameters;
  std::vector<torch::Tensor> x;
  std::vector<torch::Tensor> y;

  explicit Recording(const std::string& which)
      : golden(covey::testing::second_order_golden("pyhessian_mlp")),
        part(golden.at(which)),
        parameters(covey::testing::initial_parameters(golden)) {
    const torch::Tensor all_x = covey::testing::tensor_of(golden.at("X"));
    const torch::Tensor all_y = covey::testing::tensor_of(golden.at("Y"));
    const std::vector<std::int64_t> sizes =
        which == "single" ? std::vector<std::int64_t>{12} : std::vector<std::int64_t>{12, 12, 7};
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      x.push_back(all_x[static_cast<std::int64_t>(i)].slice(0, 0, sizes[i]));
      y.push_back(all_y[static_cast<std::int64_t>(i)].slice(0, 0, sizes[i]));
    }
  }

  BatchedLoss loss() const {
    BatchedLoss loss;
    for (const torch::Tensor& batch : x) loss.samples.push_back(static_cast<double>(batch.size(0)));
    loss.evaluate = [this](std::size_t i) {
      return covey::testing::golden_loss(golden, parameters, x[i], y[i]);
    };
    return loss;
  }

  Hessian hessian() const { return Hessian(parameters, loss()); }
};

/// x -> A x for a symmetric matrix; vectors of one tensor.
inline Operator matrix_operator(const torch::Tensor& matrix) {
  return [matrix](const ParameterVector& v) -> Result<ParameterVector> {
    return ParameterVector{matrix.matmul(v[0])};
  };
}

/// The matrix of a Hessian, column by column.
inline torch::Tensor explicit_matrix(const Hessian& hessian) {
  std::vector<torch::Tensor> columns;
  const torch::Tensor unit =
      torch::eye(covey::testing::flatten(hessian.parameters()).numel(), torch::kFloat64);
  for (std::int64_t i = 0; i < unit.size(0); ++i)
    columns.push_back(
        covey::testing::flatten(*hessian.product(covey::testing::unflatten(unit[i], hessian.parameters()))));
  return torch::stack(columns, 1);
}

}  // namespace covey::curvature::testing
