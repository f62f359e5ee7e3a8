#pragma once

#include <vector>

#include "common/nn/torch.h"

namespace covey::learn {

/// Gives tensors other contents for as long as it lives. The contents themselves are never written to, so
/// what comes back is exactly what was there, and a graph that saved the tensors before stays valid after.
class ExchangedTensors {
 public:
  ExchangedTensors(std::vector<torch::Tensor> tensors, const std::vector<torch::Tensor>& contents)
      : tensors_(std::move(tensors)) {
    for (std::size_t i = 0; i < tensors_.size(); ++i) {
      kept_.push_back(tensors_[i].variable_data());
      tensors_[i].set_data(contents[i]);
    }
  }
  ~ExchangedTensors() {
    for (std::size_t i = 0; i < tensors_.size(); ++i) tensors_[i].set_data(kept_[i]);
  }
  ExchangedTensors(const ExchangedTensors&) = delete;
  ExchangedTensors& operator=(const ExchangedTensors&) = delete;

 private:
  std::vector<torch::Tensor> tensors_;
  std::vector<torch::Tensor> kept_;
};

}  // namespace covey::learn
