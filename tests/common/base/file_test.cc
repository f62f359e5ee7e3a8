#include "common/base/file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace covey {
namespace {

class FileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ = fs::temp_directory_path() / ("covey_file_test_" + std::to_string(::getpid()));
    ASSERT_TRUE(make_directories(directory_).ok());
  }
  void TearDown() override { fs::remove_all(directory_); }
  fs::path directory_;
};

TEST_F(FileTest, WritesReadsAndMapsTheSameBytes) {
  const fs::path path = directory_ / "a";
  ASSERT_TRUE(write_file_atomically(path, as_bytes("old")).ok());
  ASSERT_TRUE(write_file_atomically(path, as_bytes("new bytes")).ok());
  EXPECT_EQ(*read_text_file(path), "new bytes");
  EXPECT_EQ(as_text(MappedFile::open(path)->bytes()), "new bytes");
  EXPECT_FALSE(fs::exists(directory_ / "a.tmp"));
}

TEST_F(FileTest, PrivateFilesArePrivateFromTheFirstByte) {
  const fs::path path = directory_ / "key";
  ASSERT_TRUE(write_file_atomically(path, as_bytes("secret"), 0600).ok());
  struct stat info {};
  ASSERT_EQ(::stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777u, 0600u);
}

TEST_F(FileTest, MissingFilesAndFoldersSayWhatIsMissing) {
  EXPECT_EQ(read_file(directory_ / "none").status().code(), Code::kNotFound);
  EXPECT_EQ(MappedFile::open(directory_ / "none").status().code(), Code::kNotFound);
  EXPECT_EQ(write_file_atomically(directory_ / "no" / "file", as_bytes("x")).code(), Code::kNotFound);
  EXPECT_EQ(read_file(directory_).status().code(), Code::kInvalidArgument);
}

TEST_F(FileTest, TooLargeFilesAreNotRead) {
  ASSERT_TRUE(write_file_atomically(directory_ / "big", as_bytes("12345")).ok());
  EXPECT_EQ(read_file(directory_ / "big", 4).status().code(), Code::kExhausted);
}

TEST_F(FileTest, AFullDiskIsExhaustedNotACrash) {
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "/dev/full is not there";
  // The temporary name next to /dev/full cannot be made, so the device is reached through a link beside our
  // own files.
  fs::create_symlink("/dev/full", directory_ / "link");
  EXPECT_FALSE(read_file(directory_ / "link").ok());
}

}  // namespace
}  // namespace covey
