#include "common/store/blob_store.h"

#include <gmock/gmock.h>

#include "tests/common/store/temp_dir.h"

namespace covey::store {
namespace {

using test::TempDir;
using ::testing::HasSubstr;

class BlobStoreTest : public ::testing::Test {
 protected:
  TempDir dir_;
  BlobStore store_ = *BlobStore::create(dir_ / "blobs");
  const Bytes bytes_ = {1, 2, 3, 4, 5};
};

TEST_F(BlobStoreTest, GivesBackWhatWasPutUnderItsDigest) {
  const Digest digest = *store_.put(bytes_);
  EXPECT_EQ(digest, sha256(bytes_));
  EXPECT_TRUE(store_.contains(digest));
  EXPECT_EQ(*store_.read(digest), bytes_);
}

TEST_F(BlobStoreTest, KeepsEmptyBytes) {
  const Digest digest = *store_.put({});
  EXPECT_TRUE(store_.read(digest)->empty());
}

TEST_F(BlobStoreTest, PutsTheSameBytesOnceOnly) {
  const Digest digest = *store_.put(bytes_);
  const auto written = fs::last_write_time(store_.path_of(digest)) - std::chrono::hours(1);
  fs::last_write_time(store_.path_of(digest), written);
  ASSERT_STATUS_OK(store_.put(bytes_).status());
  EXPECT_EQ(fs::last_write_time(store_.path_of(digest)), written);
}

TEST_F(BlobStoreTest, NamesTheFileThatIsMissing) {
  const Status status = store_.read(sha256(bytes_)).status();
  EXPECT_EQ(status.code(), Code::kNotFound);
  EXPECT_THAT(status.message(), HasSubstr(sha256(bytes_).hex()));
}

TEST_F(BlobStoreTest, RefusesATruncatedFileAndMendsItOnTheNextPut) {
  const Digest digest = *store_.put(bytes_);
  for (std::size_t size = 0; size < bytes_.size(); ++size) {
    fs::resize_file(store_.path_of(digest), size);
    const Status status = store_.read(digest).status();
    EXPECT_EQ(status.code(), Code::kCorrupt) << size;
    EXPECT_THAT(status.message(), HasSubstr(store_.path_of(digest).string()));
    ASSERT_STATUS_OK(store_.put(bytes_).status());
    EXPECT_EQ(*store_.read(digest), bytes_);
  }
}

TEST_F(BlobStoreTest, RefusesAFlippedBit) {
  const Digest digest = *store_.put(bytes_);
  test::write_text(store_.path_of(digest), std::string("\x01\x02\x03\x04\x04", 5));
  EXPECT_EQ(store_.read(digest).status().code(), Code::kCorrupt);
}

TEST_F(BlobStoreTest, KeepsOnlyWhatIsLiveAndWhatIsNotItsOwn) {
  const Digest kept = *store_.put(bytes_);
  const Digest dropped = *store_.put(ByteSpan(bytes_).subspan(0, 2));
  test::write_text(dir_ / "blobs" / (kept.hex() + ".tmp"), "half");
  test::write_text(dir_ / "blobs" / "README", "a note");
  EXPECT_EQ(*store_.keep_only({kept}), 2u);
  EXPECT_TRUE(store_.contains(kept));
  EXPECT_FALSE(store_.contains(dropped));
  EXPECT_TRUE(fs::exists(dir_ / "blobs" / "README"));
  EXPECT_EQ(test::file_count(dir_ / "blobs"), 2u);
}

TEST_F(BlobStoreTest, SaysThatTheDiskIsFullAndLeavesNothingBehind) {
  EXPECT_TRUE(test::holds_with_file_limit(1000, [&] {
    const Status status = store_.put(Bytes(5000, 7)).status();
    return status.code() == Code::kExhausted && status.message().rfind("disk full: ", 0) == 0 &&
           test::file_count(dir_ / "blobs") == 0;
  }));
}

}  // namespace
}  // namespace covey::store
