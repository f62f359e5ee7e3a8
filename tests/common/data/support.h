#pragma once

#include <gtest/gtest.h>
#include <unistd.h>
#include <zlib.h>

#include <string>
#include <vector>

#include "common/base/file.h"
#include "common/data/dataset.h"

namespace covey::data {

/// A folder of its own for each test, removed afterwards.
class FolderFixture : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::temp_directory_path() / ("covey_data_" + std::to_string(::getpid()) + "_" + info->name());
    ASSERT_TRUE(make_directories(folder_).ok());
  }
  void TearDown() override { fs::remove_all(folder_); }

  void write(const std::string& name, ByteSpan bytes) const {
    const fs::path path = folder_ / name;
    ASSERT_TRUE(make_directories(path.parent_path()).ok());
    const Status status = write_file_atomically(path, bytes);
    ASSERT_TRUE(status.ok()) << status.message();
  }

  fs::path folder_;
};

/// `bytes` packed by zlib: as a gzip file, or as a bare zlib stream.
inline Bytes compressed(ByteSpan bytes, bool gzip) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, gzip ? 31 : 15, 8, Z_DEFAULT_STRATEGY), Z_OK);
  Bytes out(deflateBound(&stream, bytes.size()) + 32);
  stream.next_in = const_cast<Bytef*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

/// An IDX file of unsigned bytes.
inline Bytes idx_file(const std::vector<std::uint32_t>& dimensions, const std::vector<std::uint8_t>& values) {
  Bytes bytes = {0, 0, 8, static_cast<std::uint8_t>(dimensions.size())};
  for (const std::uint32_t size : dimensions) {
    for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::uint8_t>(size >> shift));
  }
  bytes.insert(bytes.end(), values.begin(), values.end());
  return bytes;
}

/// `count` different bytes.
inline std::vector<std::uint8_t> pattern(std::size_t count, std::uint32_t salt = 0) {
  std::vector<std::uint8_t> bytes(count);
  for (std::size_t i = 0; i < count; ++i) {
    bytes[i] = static_cast<std::uint8_t>((i * 2654435761u + salt * 40503u) >> 13);
  }
  return bytes;
}

}  // namespace covey::data
