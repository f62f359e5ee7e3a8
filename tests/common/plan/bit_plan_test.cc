#include "common/plan/bit_plan.h"

#include <gtest/gtest.h>

#include "common/plan/compressed_model.h"
#include "common/store/safetensors.h"
#include "tests/support/models.h"

namespace covey::plan {
namespace {

using covey::testing::layout_of;
using covey::testing::parameter;
using covey::testing::uniform_values;

const Layout& layout() {
  static const Layout layout =
      layout_of({parameter("a", {16, 32}), parameter("b", {16}), parameter("c", {64, 16})});
  return layout;
}

Values values() {
  return uniform_values(layout().value_count(), -1, 1, 2);
}

std::vector<LayerSensitivity> layers(double a, double c) {
  return {{"a", 512, {{2, 1024, a}, {4, 2048, a / 16}, {8, 4096, a / 4096}}},
          {"c", 1024, {{2, 2048, c}, {4, 4096, c / 16}, {8, 8192, c / 4096}}}};
}

TEST(BitPlan, GivesTheSensitiveLayerMoreBits) {
  const BitPlan plan = *least_sensitive_plan(layers(100, 1), "sym", 4);
  EXPECT_EQ(plan.bits, (std::map<std::string, int>{{"a", 8}, {"c", 2}}));
  EXPECT_EQ(mean_bits(plan, layout()), 4);
  EXPECT_EQ(least_sensitive_plan(layers(1, 100), "sym", 4)->bits,
            (std::map<std::string, int>{{"a", 4}, {"c", 4}}));
}

TEST(BitPlan, RefusesAMeanBelowTheNarrowestWidth) {
  const auto plan = least_sensitive_plan(layers(1, 1), "sym", 1.5);
  EXPECT_EQ(plan.status().code(), Code::kInvalidArgument);
}

TEST(BitPlan, EncodesEveryTensorAtItsWidth) {
  const BitPlan plan{"sym", {{"a", 8}, {"c", 2}}};
  const auto codec = *codec_of(plan, layout());
  const Bytes bytes = *quant::encode_model(*codec, layout(), values(), quant::CodecDraws());
  const auto view = *quant::ContainerView::parse(bytes, layout());
  const Values decoded = view.decode();
  const auto largest_error = [&](std::size_t first, std::size_t count) {
    float largest = 0;
    for (std::size_t i = first; i < first + count; ++i)
      largest = std::max(largest, std::abs(decoded[i] - values()[i]));
    return largest;
  };
  EXPECT_LT(largest_error(0, 512), 0.5f / 127 + 1e-6f);
  EXPECT_EQ(largest_error(512, 16), 0) << "vectors stay fp32";
  EXPECT_GT(largest_error(528, 1024), 0.4f);
  const Bytes narrow = *quant::encode_model(**codec_of(uniform_plan(layout(), "sym", 2), layout()), layout(),
                                            values(), quant::CodecDraws());
  EXPECT_EQ(bytes.size() - narrow.size(), 512u * 6 / 8);
}

TEST(BitPlan, OfAnotherModelIsRefused) {
  EXPECT_NE(codec_of({"sym", {{"a", 8}}}, layout()).status().message().find("tensor c"), std::string::npos);
  EXPECT_NE(codec_of({"sym", {{"a", 8}, {"b", 4}, {"c", 4}}}, layout()).status().message().find("for b"),
            std::string::npos);
  EXPECT_EQ(codec_of({"sym", {{"a", 8}, {"c", 9}}}, layout()).status().code(), Code::kInvalidArgument);
  EXPECT_EQ(codec_of({"sums", {{"a", 8}, {"c", 8}}}, layout()).status().code(), Code::kInvalidArgument);
}

TEST(BitPlan, IsTheSameAfterATripThroughText) {
  const BitPlan plan{"sym", {{"a", 8}, {"c", 2}}};
  EXPECT_EQ(*parse_bit_plan(to_json(plan)), plan);
  for (const std::string text :
       {"", "{}", "[1]", R"({"codec":"sym","bits":{"a":"x"}})", R"({"codec":1,"bits":{}})"})
    EXPECT_EQ(parse_bit_plan(text).status().code(), Code::kCorrupt) << text;
}

TEST(CompressedModel, HoldsTheValuesOfItsPlanInFewerBytes) {
  const BitPlan plan{"sym", {{"a", 8}, {"c", 4}}};
  const Bytes file = *write_compressed_model(layout(), values(), plan);
  const Bytes plain = store::write_safetensors(layout(), values());
  EXPECT_LT(file.size(), plain.size() / 2);
  const Bytes container =
      *quant::encode_model(**codec_of(plan, layout()), layout(), values(), quant::CodecDraws());
  EXPECT_EQ(*read_model_file(file, layout()), quant::ContainerView::parse(container, layout())->decode());
  EXPECT_EQ(*read_model_file(plain, layout()), values()) << "plain files are read, too";
  EXPECT_EQ(*parse_bit_plan(store::parse_safetensors(file)->metadata.at("covey.plan")), plan);
}

TEST(CompressedModel, OfAnotherModelOrDamagedIsRefused) {
  Bytes file = *write_compressed_model(layout(), values(), uniform_plan(layout(), "sym", 4));
  const Layout other = layout_of({parameter("a", {16, 32}), parameter("b", {16}), parameter("c", {64, 17})});
  EXPECT_EQ(read_model_file(file, other).status().code(), Code::kInvalidArgument);
  EXPECT_EQ(store::read_safetensors(file, layout()).status().code(), Code::kInvalidArgument);
  file.back() ^= 1;
  EXPECT_FALSE(read_model_file(file, layout()).ok());
}

}  // namespace
}  // namespace covey::plan
