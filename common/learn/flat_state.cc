#include "common/learn/flat_state.h"

#include <cstring>
#include <numeric>

namespace covey::learn {

void append_values(const std::vector<torch::Tensor>& tensors, Values& flat) {
  for (const auto& tensor : tensors) {
    const torch::Tensor cpu = tensor.to(torch::kCPU, torch::kFloat32).contiguous();
    flat.insert(flat.end(), cpu.data_ptr<float>(), cpu.data_ptr<float>() + cpu.numel());
  }
}

std::vector<torch::Tensor> take_tensors(Span<const float> flat, std::size_t& offset,
                                        const std::vector<torch::Tensor>& parameters) {
  std::vector<torch::Tensor> tensors;
  for (const auto& parameter : parameters) {
    const auto count = static_cast<std::size_t>(parameter.numel());
    torch::Tensor tensor = torch::empty(parameter.sizes(), torch::kFloat32);
    std::memcpy(tensor.data_ptr<float>(), flat.subspan(offset, count).data(), count * sizeof(float));
    tensors.push_back(tensor.to(parameter.device()));
    offset += count;
  }
  return tensors;
}

std::size_t value_count(const std::vector<torch::Tensor>& parameters) {
  return std::accumulate(
      parameters.begin(), parameters.end(), std::size_t{0},
      [](std::size_t sum, const torch::Tensor& p) { return sum + static_cast<std::size_t>(p.numel()); });
}

Status check_state_size(Span<const float> state, std::size_t needed) {
  if (state.size() == needed) return ok_status();
  return corrupt("optimiser state has " + std::to_string(state.size()) + " values, this model needs " +
                 std::to_string(needed));
}

}  // namespace covey::learn
