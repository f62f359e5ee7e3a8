#include "simulator/codec/measure.h"

#include <gtest/gtest.h>

#include "common/quant/registry.h"
#include "common/store/npy.h"
#include "tests/support/models.h"

namespace covey::simulator {
namespace {

const std::string kOutlier = std::string(COVEY_SOURCE_DIR) + "/tests/golden/quant/g_outlier_32x64.npy";

std::unique_ptr<const quant::Codec> codec(const std::string& name, int bits) {
  return *quant::make_codec(name, {bits});
}

TensorFile outlier() {
  return *read_tensor_file(kOutlier);
}

TEST(MeasureCodec, ErrorOfTheDrawsIsTheExactVariance) {
  for (const std::string name : {"ptq", "psq", "bhq"}) {
    const auto figures = measure_codec(*codec(name, 4), outlier(), {true, 300, 5});
    ASSERT_TRUE(figures.ok()) << figures.status().message();
    EXPECT_NEAR(figures->empirical_mse, figures->exact_variance, 5 * figures->standard_error) << name;
    EXPECT_LE(figures->exact_variance, figures->bound) << name;
    EXPECT_GT(figures->unbiasedness, 0.4) << name;
    EXPECT_LT(figures->unbiasedness, 2.0) << name;
  }
}

TEST(MeasureCodec, GivesThePublishedFiguresOfTheMatrixWithOutliers) {
  const auto figures = measure_codec(*codec("bhq", 2), outlier(), {true, 1, 1});
  ASSERT_TRUE(figures.ok());
  EXPECT_NEAR(figures->exact_variance, 0.50566, 1e-4 * 0.50566);  // quantization.md E.6
  EXPECT_NEAR(figures->bound, 0.76416, 1e-4 * 0.76416);
  EXPECT_EQ(figures->standard_error, 0);
}

TEST(MeasureCodec, NearestRoundingIsBiasedAndTheSameInEveryDraw) {
  const auto once = measure_codec(*codec("ptq", 4), outlier(), {false, 1, 1});
  const auto often = measure_codec(*codec("ptq", 4), outlier(), {false, 50, 2});
  ASSERT_TRUE(once.ok() && often.ok());
  EXPECT_EQ(once->empirical_mse, often->empirical_mse);
  EXPECT_EQ(once->decoded, often->decoded);
}

TEST(MeasureCodec, CountsBytesAsAContainerDoes) {
  TensorFile model;
  model.layout = testing::layout_of({testing::parameter("bias", {300}), testing::parameter("few", {5, 5}),
                                     testing::parameter("weight", {20, 40})});
  model.values = testing::uniform_values(model.layout.value_count(), -1, 1, 3);
  const auto figures = measure_codec(*codec("psq", 4), model, {true, 3, 1});
  ASSERT_TRUE(figures.ok());
  const Bytes container = testing::encode("psq", 4, model.layout, model.values);
  constexpr std::size_t kContainerHeader = 44;
  EXPECT_EQ(figures->bytes, container.size() - kContainerHeader);
  EXPECT_EQ(Values(figures->decoded.begin(), figures->decoded.begin() + 325),
            Values(model.values.begin(), model.values.begin() + 325));
}

TEST(TensorCsv, ReadsRowsOfNumbers) {
  const auto file = parse_tensor_csv("1, 2,3\r\n\n-4,5e-1,6\n");
  ASSERT_TRUE(file.ok()) << file.status().message();
  EXPECT_EQ(file->layout.tensors()[0].shape, (std::vector<std::uint32_t>{2, 3}));
  EXPECT_EQ(file->values, (Values{1, 2, 3, -4, 0.5f, 6}));
}

TEST(TensorCsv, NamesLineAndColumnOfWhatIsWrong) {
  const auto message = [](std::string_view text) { return parse_tensor_csv(text).status().message(); };
  EXPECT_NE(message("1,2\n3,x\n").find("line 2, column 2"), std::string::npos);
  EXPECT_NE(message("1,2\n3,inf\n").find("line 2, column 2"), std::string::npos);
  EXPECT_NE(message("1,2\n3,\n").find("line 2, column 2"), std::string::npos);
  EXPECT_NE(message("1,2\n3\n").find("line 2"), std::string::npos);
  EXPECT_FALSE(parse_tensor_csv("\n\n").ok());
}

TEST(TensorFileOnDisk, IsWrittenAndReadInEveryFormat) {
  const fs::path folder = fs::path(::testing::TempDir());
  const TensorFile file = outlier();
  for (const char* name : {"t.npy", "t.csv", "t.safetensors"}) {
    ASSERT_TRUE(write_tensor_file(folder / name, file, file.values).ok());
    const auto read = read_tensor_file(folder / name);
    ASSERT_TRUE(read.ok()) << read.status().message();
    EXPECT_EQ(read->values, file.values) << name;
    EXPECT_EQ(read->layout.tensors()[0].shape, file.layout.tensors()[0].shape) << name;
  }
}

TEST(TensorFileOnDisk, RefusesValuesThatAreNotFiniteAndUnknownEndings) {
  const fs::path path = fs::path(::testing::TempDir()) / "bad.npy";
  ASSERT_TRUE(
      write_file_atomically(path, store::write_npy({{2}, {1, std::numeric_limits<float>::infinity()}})).ok());
  EXPECT_NE(read_tensor_file(path).status().message().find("value 1"), std::string::npos);
  EXPECT_EQ(read_tensor_file("x.txt").status().code(), Code::kInvalidArgument);
  ASSERT_TRUE(write_file_atomically(path, store::write_npy({{0, 3}, {}})).ok());
  EXPECT_EQ(read_tensor_file(path).status().code(), Code::kInvalidArgument);
}

}  // namespace
}  // namespace covey::simulator
