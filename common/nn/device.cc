#include "common/nn/device.h"

namespace covey::nn {

torch::Device choose_device() {
  return torch::cuda::is_available() ? torch::Device(torch::kCUDA, 0) : torch::Device(torch::kCPU);
}

}  // namespace covey::nn
