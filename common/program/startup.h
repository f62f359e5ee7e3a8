#pragma once

#include <string>

#include "common/base/status.h"

namespace covey::program {

/// First call of every main: one intra-op and one inter-op thread in ATen and OpenBLAS (results depend on
/// their number, and Covey runs replicas in parallel instead), and an allocator that keeps freed memory
/// (LibTorch frees and takes the same large blocks at every step).
void configure_process();

/// Threads that each numeric library would use on the calling thread, e.g. "aten=1 interop=1 openblas=1"; for
/// tests and logs.
std::string numeric_threads();

/// `numerics = "avx2"` pins the instruction sets of ATen, OpenBLAS and oneDNN through variables that they
/// read while they are loaded, so the program starts itself again with them set. Returns when nothing has to
/// change; kInvalidArgument when the processor lacks AVX2.
Status pin_numerics(const std::string& numerics, char** argv);

/// What has to be equal for equal bits: "libtorch 1.13.1, aten AVX512, openblas SkylakeX, onednn 2.6",
/// with ", cuda" where a GPU trains.
std::string numeric_profile();

/// Empty, or one line of advice when matrix products run on the slow reference BLAS.
std::string blas_advice();

}  // namespace covey::program
