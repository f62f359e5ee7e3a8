#include "common/program/startup.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <dlfcn.h>
#include <malloc.h>
#include <torch/cuda.h>
#include <torch/version.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <regex>
#include <utility>

namespace covey::program {

namespace {

template <typename Function>
Function symbol(const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_DEFAULT, name));
}

struct Pin {
  const char* variable;
  const char* value;
};
constexpr Pin kAvx2Pins[] = {
    {"ATEN_CPU_CAPABILITY", "avx2"}, {"OPENBLAS_CORETYPE", "Haswell"}, {"ONEDNN_MAX_CPU_ISA", "AVX2"}};

bool pinned() {
  for (const Pin& pin : kAvx2Pins) {
    const char* value = std::getenv(pin.variable);
    if (value == nullptr || std::strcmp(value, pin.value) != 0) return false;
  }
  return true;
}

std::string openblas_core() {
  const auto corename = symbol<char* (*)()>("openblas_get_corename");
  return corename == nullptr ? "none" : corename();
}

/// The first group of `pattern` in `text`, or "none".
std::string part_of(const std::string& text, const char* pattern) {
  std::smatch match;
  return std::regex_search(text, match, std::regex(pattern)) ? match[1].str() : "none";
}

std::string onednn_version() {
  return part_of(at::get_mkldnn_version(), "v([0-9]+\\.[0-9]+)");
}

/// ATen names its instruction set nowhere else in every version that Covey supports.
std::string aten_capability() {
  return part_of(at::show_config(), "CPU capability usage: ([A-Za-z0-9]+)");
}

}  // namespace

void configure_process() {
  at::set_num_threads(1);
  at::set_num_interop_threads(1);
  // OpenBLAS starts with as many threads as there are cores and is not always built to follow ATen.
  if (const auto set_threads = symbol<void (*)(int)>("openblas_set_num_threads")) set_threads(1);
  ::mallopt(M_MMAP_THRESHOLD, 1 << 30);
  ::mallopt(M_TRIM_THRESHOLD, 1 << 30);
}

std::string numeric_threads() {
  const auto blas_threads = symbol<int (*)()>("openblas_get_num_threads");
  return "aten=" + std::to_string(at::get_num_threads()) +
         " interop=" + std::to_string(at::get_num_interop_threads()) +
         " openblas=" + (blas_threads == nullptr ? "none" : std::to_string(blas_threads()));
}

Status pin_numerics(const std::string& numerics, char** argv) {
  if (numerics != "avx2" || pinned()) return ok_status();
#if defined(__x86_64__)
  if (!__builtin_cpu_supports("avx2")) {
    return invalid_argument("numerics: this processor has no AVX2, allowed: native");
  }
#else
  return invalid_argument("numerics: avx2 exists on x86-64 only, allowed: native");
#endif
  for (const Pin& pin : kAvx2Pins) ::setenv(pin.variable, pin.value, 1);
  ::execv("/proc/self/exe", argv);
  return internal_error(std::string("cannot start again with pinned instruction sets: ") +
                        std::strerror(errno));
}

std::string numeric_profile() {
  return std::string("libtorch ") + TORCH_VERSION + ", aten " + aten_capability() + ", openblas " +
         openblas_core() + ", onednn " + onednn_version() + (torch::cuda::is_available() ? ", cuda" : "");
}

std::string blas_advice() {
  return openblas_core() != "none" || at::hasMKL()
             ? ""
             : "matrix products run on a slow BLAS; install the package libopenblas0-pthread";
}

}  // namespace covey::program
