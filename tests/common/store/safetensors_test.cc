#include "common/store/safetensors.h"

#include <gmock/gmock.h>

#include <limits>

#include "common/base/digest.h"
#include "common/base/random.h"

namespace covey::store {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Layout layout_of(std::vector<TensorSpec> tensors) {
  return *Layout::make(std::move(tensors));
}

Layout small_layout() {
  return layout_of({{"b.weight", {2, 1}}, {"a.bias", {1}}, {"scalar", {}}});
}

/// A file with this header (padded to 8 bytes) and `data_bytes` zeros.
Bytes file_with(std::string header, std::size_t data_bytes) {
  header.resize((header.size() + 7) / 8 * 8, ' ');
  ByteWriter writer;
  writer.put(static_cast<std::uint64_t>(header.size()));
  writer.put_bytes(as_bytes(header));
  writer.put_bytes(Bytes(data_bytes, 0));
  return writer.take();
}

void expect_error(const Bytes& bytes, Code code, const std::string& part) {
  const Status status = parse_safetensors(bytes).status();
  EXPECT_EQ(status.code(), code) << status.message();
  EXPECT_THAT(status.message(), HasSubstr(part));
}

TEST(Safetensors, WritesExactlyTheseBytes) {
  const Values values = {1.0f, -2.0f, 0.5f, 3.0f};
  const Bytes bytes = write_safetensors(small_layout(), values);
  const std::string header = R"({"a.bias":{"data_offsets":[0,4],"dtype":"F32","shape":[1]},)"
                             R"("b.weight":{"data_offsets":[4,12],"dtype":"F32","shape":[2,1]},)"
                             R"("scalar":{"data_offsets":[12,16],"dtype":"F32","shape":[]}})";
  const std::size_t padded = (header.size() + 7) / 8 * 8;
  ASSERT_EQ(bytes.size(), 8 + padded + 16);
  EXPECT_EQ(bytes[0], padded);
  EXPECT_THAT(Bytes(bytes.begin() + 1, bytes.begin() + 8), ::testing::Each(0));
  EXPECT_EQ(as_text(ByteSpan(bytes).subspan(8, padded)), header + std::string(padded - header.size(), ' '));
  EXPECT_EQ(to_hex(ByteSpan(bytes).subspan(8 + padded, 16)), "0000803f000000c00000003f00004040");
}

TEST(Safetensors, GivesBackEveryBitOfEveryValue) {
  const Layout layout = layout_of({{"x", {5, 7}}, {"y", {3}, TensorKind::kBuffer}});
  Values values;
  Sequence bits(Stream(1, {}), 0);
  for (std::size_t i = 0; i < layout.value_count(); ++i) {
    const std::uint32_t word = bits.next_u32();
    float value;
    std::memcpy(&value, &word, sizeof(value));
    values.push_back(value);
  }
  values[3] = std::numeric_limits<float>::quiet_NaN();
  const Values again = *read_safetensors(write_safetensors(layout, values), layout);
  EXPECT_EQ(std::memcmp(again.data(), values.data(), layout.fp32_bytes()), 0);
}

TEST(Safetensors, WritesAnEmptyModel) {
  const Bytes bytes = write_safetensors(Layout(), Values());
  EXPECT_EQ(bytes.size(), 16u);
  EXPECT_TRUE(read_safetensors(bytes, Layout())->empty());
}

TEST(Safetensors, ReadsFilesOfOtherWriters) {
  // Metadata, tensors out of order, no padding, an empty tensor.
  const Bytes bytes = file_with(R"({"__metadata__":{"format":"pt"},)"
                                R"("z":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},)"
                                R"("e":{"dtype":"F32","shape":[0,4],"data_offsets":[8,8]},)"
                                R"("a":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}})",
                                12);
  const Safetensors file = *parse_safetensors(bytes);
  const std::vector<StoredTensor>& tensors = file.tensors;
  EXPECT_EQ(file.metadata.at("format"), "pt");
  ASSERT_EQ(tensors.size(), 3u);
  EXPECT_EQ(tensors[0].name, "a");
  EXPECT_EQ(tensors[1].name, "e");
  EXPECT_TRUE(tensors[1].data.empty());
  EXPECT_EQ(tensors[2].name, "z");
  EXPECT_THAT(tensors[2].shape, ElementsAre(1u, 2u));
  EXPECT_EQ(tensors[2].data.size(), 8u);
}

TEST(Safetensors, RefusesOtherDtypesByName) {
  expect_error(file_with(R"({"w":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}})", 4),
               Code::kInvalidArgument, "tensor 'w' has dtype F16, only F32 and U8");
}

TEST(Safetensors, RefusesAHeaderThatIsTooLongBeforeReadingIt) {
  ByteWriter writer;
  writer.put(std::uint64_t{1} << 62);
  expect_error(writer.bytes(), Code::kCorrupt, "at most 4194304");
}

TEST(Safetensors, RefusesBadHeaders) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "does not begin with '{'"},
      {"[]", "does not begin with '{'"},
      {"{\"a\":", "not JSON at byte"},
      {"{} x", "not JSON at byte"},
      {R"({"a":1e999})", "out of range"},
      {R"({"a":1})", "needs dtype, shape and data_offsets"},
      {R"({"a":{"dtype":"F32","shape":[1]}})", "needs dtype, shape and data_offsets"},
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"more":1}})", "and nothing else"},
      {R"({"a":{"dtype":7,"shape":[1],"data_offsets":[0,4]}})", "needs dtype"},
      {R"({"a":{"dtype":"F32","shape":1,"data_offsets":[0,4]}})", "shape is not a list"},
      {R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", "something else than sizes"},
      {R"({"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}})", "something else than sizes"},
      {R"({"a":{"dtype":"F32","shape":[4294967296],"data_offsets":[0,4]}})", "something else than sizes"},
      {R"({"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}})", "at most 8"},
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}})", "not a pair"},
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,-4]}})", "not a pair"},
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}})", "do not lie in"},
      {R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", "do not lie in the 4 bytes"},
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[18446744073709551612,0]}})", "do not lie in"},
      {R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", "does not need the 4 bytes"},
      // 2^32 * 2^32 values would be 0 bytes modulo 2^64.
      {R"({"a":{"dtype":"F32","shape":[4294967295,4294967295,4294967295],"data_offsets":[0,4]}})",
       "does not need"},
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
       "overlaps"},
      {R"({})", "4 bytes at the end belong to no tensor"},
      {R"({"a":{"dtype":"F32","shape":[0],"data_offsets":[4,4]}})", "leaves a gap"},
      {R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}})",
       "the key 'a' twice"},
      {R"({"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}})", "the key 'dtype' twice"},
      {R"({"__metadata__":{"x":1},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", "table of texts"},
  };
  for (const auto& [header, message] : cases) {
    SCOPED_TRACE(header);
    expect_error(file_with(header, 4), Code::kCorrupt, message);
  }
}

TEST(Safetensors, SurvivesDeepNesting) {
  EXPECT_FALSE(parse_safetensors(file_with("{\"a\":" + std::string(1'000'000, '['), 0)).ok());
}

TEST(Safetensors, RefusesTruncationAtEveryLength) {
  const Bytes bytes = write_safetensors(small_layout(), Values(4, 1.0f));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(parse_safetensors(ByteSpan(bytes).subspan(0, size)).ok()) << size;
  }
}

TEST(Safetensors, NeverCrashesOnAFlippedBitAndNeverLosesData) {
  const Bytes bytes = write_safetensors(small_layout(), Values(4, 1.0f));
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    Bytes flipped = bytes;
    flipped[bit / 8] = static_cast<std::uint8_t>(flipped[bit / 8] ^ (1u << bit % 8));
    const auto file = parse_safetensors(flipped);
    if (!file.ok()) continue;
    std::size_t data_bytes = 0;
    for (const StoredTensor& tensor : file->tensors) data_bytes += tensor.data.size();
    EXPECT_EQ(data_bytes, 16u) << bit;
  }
}

TEST(Safetensors, NamesTheTensorThatDoesNotFitTheModel) {
  const Bytes bytes = write_safetensors(layout_of({{"a", {2}}, {"c", {1}}}), Values(3));
  const auto error = [&](std::vector<TensorSpec> tensors) {
    const Status status = read_safetensors(bytes, layout_of(std::move(tensors))).status();
    EXPECT_EQ(status.code(), Code::kInvalidArgument);
    return status.message();
  };
  EXPECT_THAT(error({{"a", {2}}, {"b", {1}}, {"c", {1}}}), HasSubstr("lacks the tensor 'b'"));
  EXPECT_THAT(error({{"a", {2}}, {"c", {1}}, {"d", {1}}}), HasSubstr("lacks the tensor 'd'"));
  EXPECT_THAT(error({{"c", {1}}}), HasSubstr("has the tensor 'a'"));
  EXPECT_THAT(error({{"a", {2}}}), HasSubstr("has the tensor 'c'"));
  EXPECT_THAT(error({{"a", {2, 1}}, {"c", {1}}}),
              HasSubstr("'a' has shape [2], this experiment's model needs [2,1]"));
}

TEST(Safetensors, IsAFunctionOfTheModelAlone) {
  const Values values = {1.0f, -2.0f, 0.5f, 3.0f};
  const Layout other_order = layout_of({{"scalar", {}}, {"a.bias", {1}}, {"b.weight", {2, 1}}});
  EXPECT_EQ(sha256(write_safetensors(small_layout(), values)),
            sha256(write_safetensors(other_order, values)));
}

}  // namespace
}  // namespace covey::store
