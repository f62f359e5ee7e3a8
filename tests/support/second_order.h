#pragma once

#include <torch/nn/functional/loss.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "common/nn/torch.h"

namespace covey::testing {

/// The networks and recordings of tests/golden/second_order, in float64.

inline nlohmann::json second_order_golden(const std::string& name) {
  std::ifstream file(std::string(COVEY_SOURCE_DIR) + "/tests/golden/second_order/" + name + ".json");
  return nlohmann::json::parse(file);
}

inline torch::Tensor tensor_of(const nlohmann::json& json) {
  const auto shape = json.at("shape").get<std::vector<std::int64_t>>();
  if (json.at("dtype") == "int64")
    return torch::tensor(json.at("data").get<std::vector<std::int64_t>>()).reshape(shape);
  return torch::tensor(json.at("data").get<std::vector<double>>(), torch::kFloat64).reshape(shape);
}

/// The tensors of `json` in the order of `names`.
inline std::vector<torch::Tensor> tensors_of(const nlohmann::json& json, const nlohmann::json& names) {
  std::vector<torch::Tensor> tensors;
  for (const std::string name : names) tensors.push_back(tensor_of(json.at(name)));
  return tensors;
}

/// Initial parameters of a recording, with gradients on.
inline std::vector<torch::Tensor> initial_parameters(const nlohmann::json& golden) {
  auto parameters = tensors_of(golden.at("init"), golden.at("param_names"));
  for (auto& parameter : parameters) parameter.requires_grad_();
  return parameters;
}

inline torch::Tensor mlp(const std::vector<torch::Tensor>& p, const torch::Tensor& x) {
  return torch::linear(torch::tanh(torch::linear(x, p[0], p[1])), p[2], p[3]);
}

inline torch::Tensor conv(const std::vector<torch::Tensor>& p, const torch::Tensor& x) {
  torch::Tensor h = torch::conv2d(x, p[0], {}, 1, 1);
  h = torch::tanh(torch::group_norm(h, 2, p[1], p[2]));
  h = torch::conv2d(h, p[3], p[4], 2, 1);
  h = torch::tanh(torch::group_norm(h, 3, p[5], p[6]));
  return torch::linear(h.mean({2, 3}), p[7], p[8]);
}

inline torch::Tensor golden_loss(const nlohmann::json& golden, const std::vector<torch::Tensor>& parameters,
                                 const torch::Tensor& x, const torch::Tensor& y) {
  const torch::Tensor logits = golden.at("net") == "mlp" ? mlp(parameters, x) : conv(parameters, x);
  return torch::nn::functional::cross_entropy(logits, y);
}

/// One tensor cut into pieces shaped like `like`.
inline std::vector<torch::Tensor> unflatten(const torch::Tensor& flat,
                                            const std::vector<torch::Tensor>& like) {
  std::vector<torch::Tensor> pieces;
  std::int64_t offset = 0;
  for (const auto& tensor : like) {
    pieces.push_back(flat.slice(0, offset, offset + tensor.numel()).reshape(tensor.sizes()).clone());
    offset += tensor.numel();
  }
  return pieces;
}

inline torch::Tensor flatten(const std::vector<torch::Tensor>& tensors) {
  std::vector<torch::Tensor> flat;
  for (const auto& tensor : tensors) flat.push_back(tensor.detach().flatten());
  return torch::cat(flat);
}

}  // namespace covey::testing
