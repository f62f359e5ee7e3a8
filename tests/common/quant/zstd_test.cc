// Compressed records: what they save, that they decode to the same, and what the reader refuses.
#include "common/quant/codecs/zstd.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zstd.h>

#include "tests/common/quant/quantiser.h"

namespace covey::quant {
namespace {

using testing::encode_record;
using ::testing::HasSubstr;
using testing::kStream;
using testing::matrix_of;
using testing::quantiser;
using testing::read_record;
using testing::tensor_of;
using testing::through;

constexpr std::size_t kRows = 16;

/// Most values near zero, a few far away: what one grid for the whole tensor codes badly.
Values peaked() {
  Values values = covey::testing::uniform_values(kRows * 64, -0.01f, 0.01f, 1);
  for (std::size_t i = 0; i < values.size(); i += 97) values[i] = i % 2 == 0 ? 1.0f : -1.0f;
  return values;
}

/// A ZSTD record of the tensor around these bytes.
Bytes record_around(const Bytes& content, std::size_t cut = 0) {
  Bytes frame(ZSTD_compressBound(content.size()));
  frame.resize(ZSTD_compress(frame.data(), frame.size(), content.data(), content.size(), 1));
  frame.resize(frame.size() - cut);
  ByteWriter out;
  RecordHeader header;
  header.scheme = Scheme::kZstd;
  write_record_header(header, tensor_of(kRows, 64), out);
  out.put(static_cast<std::uint32_t>(frame.size()));
  out.put_bytes(frame);
  return out.take();
}

std::string refusal(const Bytes& record) {
  const auto body = read_record(record, tensor_of(kRows, 64));
  if (body.ok()) return "accepted";
  EXPECT_EQ(body.status().code(), Code::kCorrupt);
  return body.status().message();
}

TEST(Zstd, IsShorterAndDecodesToTheSame) {
  const Values values = peaked();
  const Matrix matrix = matrix_of(values, kRows);
  for (const std::string& name : testing::kQuantisers) {
    const auto plain = quantiser(name, 8);
    const auto packed = compressed(quantiser(name, 8));
    for (const CodecDraws& draws : {CodecDraws(), CodecDraws(3, kStream)})
      EXPECT_EQ(through(*packed, matrix, draws), through(*plain, matrix, draws)) << name;
    EXPECT_EQ(packed->exact_variance(matrix), plain->exact_variance(matrix));
    EXPECT_EQ(packed->worst_case_bound(matrix), plain->worst_case_bound(matrix));
  }
  const Bytes plain = encode_record(*quantiser("ptq", 8), matrix);
  const Bytes packed = encode_record(*compressed(quantiser("ptq", 8)), matrix);
  EXPECT_EQ(packed[0], static_cast<std::uint8_t>(Scheme::kZstd));
  EXPECT_LT(packed.size(), plain.size() / 2);
}

TEST(Zstd, LeavesARecordThatItCannotShorten) {
  const Values values = covey::testing::uniform_values(kRows * 64, -1, 1, 2);
  const Matrix matrix = matrix_of(values, kRows);
  EXPECT_EQ(encode_record(*compressed(quantiser("psq", 8)), matrix),
            encode_record(*quantiser("psq", 8), matrix));
}

TEST(Zstd, SaysWhetherItsCodecIsUnbiased) {
  EXPECT_TRUE(compressed(quantiser("ptq", 8))->unbiased());
  EXPECT_FALSE(compressed(quantiser("topk", 8))->unbiased());
}

TEST(Zstd, RefusesEveryTruncation) {
  const Values values = peaked();
  const Bytes record = encode_record(*compressed(quantiser("ptq", 8)), matrix_of(values, kRows));
  for (std::size_t size = 0; size < record.size(); ++size)
    EXPECT_NE(refusal(Bytes(record.begin(), record.begin() + static_cast<std::ptrdiff_t>(size))), "accepted")
        << size;
}

TEST(Zstd, RefusesFramesThatAreNoRecord) {
  const Values values = peaked();
  const Bytes inner = encode_record(*quantiser("ptq", 8), matrix_of(values, kRows));
  EXPECT_EQ(refusal(record_around(inner)), "accepted");
  EXPECT_THAT(refusal(record_around(record_around(inner))), HasSubstr("inside a compressed record"));
  EXPECT_THAT(refusal(record_around(inner, 3)), HasSubstr("damaged"));
  Bytes longer = inner;
  longer.push_back(0);
  EXPECT_THAT(refusal(record_around(longer)), HasSubstr("1 bytes follow"));
  EXPECT_THAT(refusal(record_around(Bytes(kRows * 64 * 4 + 100, 0))), HasSubstr("the tensor has"));
  Bytes no_frame = record_around(inner);
  no_frame[20] ^= 0xff;  // the magic of the frame, behind header and length
  EXPECT_THAT(refusal(no_frame), HasSubstr("not a Zstandard frame"));
  Bytes flagged = record_around(inner);
  flagged[2] = 2;
  EXPECT_THAT(refusal(flagged), HasSubstr("no flags"));
}

}  // namespace
}  // namespace covey::quant
