#include "common/program/codecs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/quant/container.h"
#include "tests/support/models.h"

namespace covey::program {
namespace {

std::size_t encoded_bytes(const quant::Codec& codec) {
  const Layout layout = testing::layout_of({testing::parameter("w", {64, 64})});
  const Values values = testing::uniform_values(layout.value_count(), -1, 1, 1);
  return quant::encode_model(codec, layout, values, {})->size();
}

std::size_t download_bytes(const config::Experiment& experiment) {
  return encoded_bytes(**download_codec(experiment, {}, {}));
}
std::size_t upload_bytes(const config::Experiment& experiment) {
  return encoded_bytes(**upload_codec(experiment));
}

TEST(Codecs, AreThoseOfTheirDirection) {
  config::Experiment experiment;
  experiment.download.codec = "fp32";
  experiment.upload.bits = 2;
  EXPECT_GT(download_bytes(experiment), 4u * 64 * 64);
  EXPECT_LT(upload_bytes(experiment), 64 * 64 / 4 + 100u);
}

TEST(Codecs, TakeEveryOption) {
  config::Experiment experiment;
  experiment.upload.codec = experiment.download.codec = "group";
  const std::size_t per_row = upload_bytes(experiment);  // 128 groups are more than its 64 rows
  experiment.upload.groups = experiment.download.groups = 4;
  EXPECT_EQ(per_row - upload_bytes(experiment), 8u * 60);
  EXPECT_EQ(per_row - download_bytes(experiment), 8u * 60);

  experiment.upload.codec = "topk";
  const std::size_t one_percent = upload_bytes(experiment);
  experiment.upload.keep = 0.5;
  EXPECT_EQ(upload_bytes(experiment) - one_percent, 6u * (2048 - 41));

  experiment.upload.codec = experiment.download.codec = "qsgd";  // few of whose codes are in use
  const std::size_t plain = upload_bytes(experiment);
  experiment.upload.compress = experiment.download.compress = "zstd";
  EXPECT_LT(upload_bytes(experiment), plain / 4 * 3);
  EXPECT_EQ(download_bytes(experiment), upload_bytes(experiment));
}

TEST(Codecs, OfAPlannedDownloadHaveItsWidths) {
  config::Experiment experiment;
  experiment.download.codec = "hawq";
  const Layout layout = testing::layout_of({testing::parameter("w", {64, 64})});
  const auto codec = download_codec(experiment, {"sym", {{"w", 3}}}, layout);
  ASSERT_TRUE(codec.ok()) << codec.status().message();
  const Values values = testing::uniform_values(layout.value_count(), -1, 1, 1);
  const Bytes sent = *quant::encode_model(**codec, layout, values, {});
  EXPECT_LT(sent.size(), 64 * 64 * 3 / 8 + 64 * 4 + 200u);
  EXPECT_FALSE(download_codec(experiment, {"sym", {}}, layout).ok()) << "w has no width";

  // Who received it rounds alike.
  const auto received = *quant::ContainerView::parse(sent, layout);
  const auto alike = codec_of_download(experiment, received);
  ASSERT_TRUE(alike.ok()) << alike.status().message();
  EXPECT_EQ(*quant::rounded(**alike, layout, values), received.decode());
}

TEST(Codecs, OfADownloadAreKnownToWhoReceivedIt) {
  config::Experiment experiment;
  experiment.download.bits = 2;
  experiment.download.compress = "zstd";
  const Layout layout = testing::layout_of({testing::parameter("w", {64, 64})});
  const Values values = testing::uniform_values(layout.value_count(), -1, 1, 1);
  const Bytes sent = *quant::encode_model(**download_codec(experiment, {}, layout), layout, values, {});
  const auto received = *quant::ContainerView::parse(sent, layout);
  EXPECT_EQ(*quant::rounded(**codec_of_download(experiment, received), layout, values), received.decode());
}

TEST(Codecs, AreRefusedByTheirNames) {
  config::Experiment experiment;
  experiment.upload.codec = "zip";
  EXPECT_THAT(upload_codec(experiment).status().message(), ::testing::HasSubstr("unknown codec 'zip'"));
}

}  // namespace
}  // namespace covey::program
