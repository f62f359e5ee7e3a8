#include "common/store/statement.h"

#include <gmock/gmock.h>

#include <array>
#include <cmath>
#include <limits>

#include "tests/common/store/temp_dir.h"

namespace covey::store {
namespace {

using test::TempDir;
using ::testing::HasSubstr;

constexpr std::array<const char*, 1> kSchema = {"CREATE TABLE things (a, b, c, d);"};

class StatementTest : public ::testing::Test {
 protected:
  TempDir dir_;
  Database database_ = *Database::open(dir_ / "test.sqlite", Database::Migrations(kSchema));
};

TEST_F(StatementTest, StoresEveryKindOfValue) {
  const std::uint64_t large = std::numeric_limits<std::uint64_t>::max() - 1;
  const Digest digest = sha256(as_bytes("x"));
  const Bytes bytes = {0, 1, 255};
  ASSERT_STATUS_OK(Statement(database_, "INSERT INTO things VALUES (?, ?, ?, ?)", large, digest,
                             ByteSpan(bytes), std::string("a\0b", 3))
                       .run());
  Statement row(database_, "SELECT * FROM things");
  ASSERT_TRUE(row.next());
  EXPECT_EQ(row.u64(), large);
  EXPECT_EQ(row.digest(), digest);
  EXPECT_EQ(row.blob(), bytes);
  EXPECT_EQ(row.text(), std::string("a\0b", 3));
  EXPECT_FALSE(row.next());
  EXPECT_TRUE(row.status().ok());
}

TEST_F(StatementTest, KeepsNanInfinityAndTheLastBitOfAReal) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  const double tiny = std::numeric_limits<double>::denorm_min();
  ASSERT_STATUS_OK(
      Statement(database_, "INSERT INTO things VALUES (?, ?, ?, ?)", nan, -infinity, tiny, 0.1).run());
  Statement row(database_, "SELECT * FROM things");
  ASSERT_TRUE(row.next());
  EXPECT_TRUE(std::isnan(row.real()));
  EXPECT_EQ(row.real(), -infinity);
  EXPECT_EQ(row.real(), tiny);
  EXPECT_EQ(row.real(), 0.1);
}

TEST_F(StatementTest, KeepsAbsentValuesApartFromZero) {
  ASSERT_STATUS_OK(Statement(database_, "INSERT INTO things VALUES (?, ?, ?, ?)", std::optional<double>(),
                             std::optional<double>(0.0), std::optional<Digest>(), ByteSpan())
                       .run());
  Statement row(database_, "SELECT * FROM things WHERE d IS NOT NULL");
  ASSERT_TRUE(row.next());
  EXPECT_EQ(row.optional_real(), std::nullopt);
  EXPECT_EQ(row.optional_real(), 0.0);
  EXPECT_EQ(row.optional_digest(), std::nullopt);
  EXPECT_TRUE(row.blob().empty());
}

TEST_F(StatementTest, RefusesANumberOutOfRange) {
  for (const std::int64_t bad : {std::int64_t{-1}, std::int64_t{1} << 32}) {
    Statement row(database_, "SELECT ?", bad);
    ASSERT_TRUE(row.next());
    EXPECT_EQ(row.u32(), 0u);
    EXPECT_EQ(row.status().code(), Code::kCorrupt);
    EXPECT_THAT(row.status().message(), HasSubstr(std::to_string(bad)));
  }
}

TEST_F(StatementTest, RefusesATextThatIsNoDigest) {
  Statement row(database_, "SELECT 'abc'");
  ASSERT_TRUE(row.next());
  (void)row.digest();
  EXPECT_EQ(row.status().code(), Code::kCorrupt);
}

TEST_F(StatementTest, StaysFailedAfterItsFirstFailure) {
  Statement wrong(database_, "SELECT x FROM nowhere WHERE x = ?", 1.0);
  EXPECT_FALSE(wrong.next());
  EXPECT_EQ(wrong.u64(), 0u);
  EXPECT_FALSE(wrong.run().ok());
  EXPECT_THAT(wrong.status().message(), HasSubstr("nowhere"));
}

TEST_F(StatementTest, RefusesMoreParametersThanTheSqlHas) {
  EXPECT_FALSE(Statement(database_, "DELETE FROM things WHERE a = ?", 1.0, 2.0).run().ok());
}

}  // namespace
}  // namespace covey::store
