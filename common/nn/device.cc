#include "common/nn/device.h"

#include <ATen/Context.h>

#include <cstdlib>

namespace covey::nn {

namespace {

/// Same seed, same bits there too, and all bits of fp32 in every product.
torch::Device repeatable_gpu() {
  ::setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", 0);  // read at the first product
  at::globalContext().setDeterministicCuDNN(true);
  at::globalContext().setBenchmarkCuDNN(false);
  at::globalContext().setAllowTF32CuDNN(false);
  return {torch::kCUDA, 0};
}

}  // namespace

torch::Device choose_device() {
  static const torch::Device device =
      torch::cuda::is_available() ? repeatable_gpu() : torch::Device(torch::kCPU);
  return device;
}

}  // namespace covey::nn
