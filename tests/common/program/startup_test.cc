#include "common/program/startup.h"

#include <ATen/Context.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <thread>

namespace covey::program {
namespace {

TEST(ConfigureProcess, LeavesOneThreadInEveryLibraryAlsoInWorkers) {
  configure_process();
  std::string in_worker;
  std::thread([&] { in_worker = numeric_threads(); }).join();
  const std::string profile = numeric_profile();
  const bool has_openblas = profile.find("openblas none") == std::string::npos;
  const std::string wanted = std::string("aten=1 interop=1 openblas=") + (has_openblas ? "1" : "none");
  EXPECT_EQ(numeric_threads(), wanted);
  EXPECT_EQ(in_worker, wanted);
  EXPECT_EQ(blas_advice().empty(), has_openblas || at::hasMKL());
}

TEST(NumericProfile, NamesEveryLibrary) {
  const std::string profile = numeric_profile();
  for (const char* part : {"libtorch ", ", aten ", ", openblas ", ", onednn "}) {
    EXPECT_NE(profile.find(part), std::string::npos) << profile;
  }
  EXPECT_EQ(profile.find("aten none"), std::string::npos) << profile;
}

TEST(PinNumerics, NativeChangesNothing) {
  EXPECT_TRUE(pin_numerics("native", nullptr).ok());
}

TEST(PinNumerics, DoesNotStartAgainOnceThePinsAreSet) {
  ::setenv("ATEN_CPU_CAPABILITY", "avx2", 1);
  ::setenv("OPENBLAS_CORETYPE", "Haswell", 1);
  ::setenv("ONEDNN_MAX_CPU_ISA", "AVX2", 1);
  EXPECT_TRUE(pin_numerics("avx2", nullptr).ok());
}

}  // namespace
}  // namespace covey::program
