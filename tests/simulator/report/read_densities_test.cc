#include "simulator/report/read_densities.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/common/store/temp_dir.h"

namespace covey::simulator {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ReadDensities : public ::testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) const {
    ASSERT_TRUE(write_file_atomically(dir_.path() / name, as_bytes(text)).ok());
  }

  store::test::TempDir dir_;
};

TEST_F(ReadDensities, FindsThemByTheirNames) {
  write("density-group.csv", "eigenvalue,density\n-0.5,0\n1.25,3e-2\n");
  write("density.csv", "eigenvalue,density\n1,2\n");
  write("results.csv", "seed\n1\n");
  const auto densities = read_densities(dir_.path());
  ASSERT_TRUE(densities.ok()) << densities.status().message();
  ASSERT_EQ(densities->size(), 2u);
  EXPECT_EQ((*densities)[0].name, "group");
  EXPECT_THAT((*densities)[0].values, ElementsAre(-0.5, 1.25));
  EXPECT_THAT((*densities)[0].density, ElementsAre(0, 0.03));
  EXPECT_EQ((*densities)[1].name, "density");
}

TEST_F(ReadDensities, ThinsLongOnesButKeepsTheirPeaks) {
  std::string text = "eigenvalue,density\n";
  for (int i = 0; i < 10000; ++i) text += std::to_string(i) + "," + (i == 5437 ? "9" : "1") + "\n";
  write("density.csv", text);
  const auto densities = *read_densities(dir_.path());
  const auto& density = densities[0].density;
  EXPECT_LE(density.size(), 800u);
  const auto peak = std::max_element(density.begin(), density.end());
  EXPECT_EQ(*peak, 9);
  EXPECT_EQ(densities[0].values[static_cast<std::size_t>(peak - density.begin())], 5437);
}

TEST_F(ReadDensities, NamesTheLineThatIsNone) {
  for (const char* line : {"1", "1,", "1,x", "nan,1", "1,-2"}) {
    write("density.csv", std::string("eigenvalue,density\n0,1\n") + line + "\n");
    EXPECT_THAT(read_densities(dir_.path()).status().message(), HasSubstr("density.csv:3:")) << line;
  }
}

TEST_F(ReadDensities, AFolderWithoutHasNone) {
  EXPECT_TRUE(read_densities(dir_.path())->empty());
}

}  // namespace
}  // namespace covey::simulator
