#include "common/store/database.h"

#include <gmock/gmock.h>

#include <array>

#include "common/store/statement.h"
#include "tests/common/store/temp_dir.h"

namespace covey::store {
namespace {

using test::TempDir;
using ::testing::HasSubstr;

constexpr std::array<const char*, 2> kSchema = {
    "CREATE TABLE numbers (value INTEGER NOT NULL) STRICT;",
    "ALTER TABLE numbers ADD COLUMN label TEXT; CREATE INDEX by_label ON numbers (label);",
};
const Database::Migrations kBoth(kSchema);
const Database::Migrations kOldOnly(kSchema.data(), 1);

class DatabaseTest : public ::testing::Test {
 protected:
  Database open() { return *Database::open(file_, kBoth); }
  static std::uint32_t count(const Database& database) {
    Statement row(database, "SELECT COUNT(*) FROM numbers");
    row.next();
    return row.u32();
  }

  TempDir dir_;
  const fs::path file_ = dir_ / "test.sqlite";
};

TEST_F(DatabaseTest, CreatesTheSchemaOnce) {
  { ASSERT_STATUS_OK(Database::open(file_, kBoth).status()); }
  const Database again = open();
  EXPECT_EQ(count(again), 0u);
}

TEST_F(DatabaseTest, BringsAnOlderFileUpToDateAndKeepsItsRows) {
  {
    const Database old = *Database::open(file_, kOldOnly);
    ASSERT_STATUS_OK(old.execute("INSERT INTO numbers (value) VALUES (7)"));
  }
  const Database database = open();
  EXPECT_EQ(count(database), 1u);
  EXPECT_TRUE(database.execute("UPDATE numbers SET label = 'seven'").ok());
}

TEST_F(DatabaseTest, RefusesANewerSchemaAndSaysToUpdate) {
  { (void)open(); }
  const Status status = Database::open(file_, kOldOnly).status();
  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr("newer Covey (schema 2, this program knows up to 1)"));
}

TEST_F(DatabaseTest, LeavesNoHalfOfAMigrationThatFails) {
  static constexpr std::array<const char*, 2> kBroken = {kSchema[0], "CREATE TABLE more (x); nonsense"};
  EXPECT_FALSE(Database::open(file_, Database::Migrations(kBroken)).ok());
  EXPECT_EQ(Database::open_read_only(file_).status().code(), Code::kNotFound);
  EXPECT_TRUE(Database::open(file_, kBoth).ok());
}

TEST_F(DatabaseTest, RefusesAFileThatIsNoDatabase) {
  test::write_text(file_, "these are certainly not the bytes of a database, whatever the name says\n");
  const Status status = Database::open(file_, kBoth).status();
  EXPECT_EQ(status.code(), Code::kCorrupt);
  EXPECT_THAT(status.message(), HasSubstr(file_.string()));
}

TEST_F(DatabaseTest, RefusesADamagedDatabase) {
  {
    const Database database = open();
    for (int i = 0; i < 500; ++i) {
      ASSERT_STATUS_OK(
          Statement(database, "INSERT INTO numbers VALUES (?, ?)", std::int64_t{i}, std::string(40, 'x'))
              .run());
    }
  }
  const auto size = fs::file_size(file_);
  std::fstream stream(file_, std::ios::in | std::ios::out | std::ios::binary);
  stream.seekp(4096);
  stream << std::string(size - 4096, '\x5a');
  stream.close();
  const Status status = Database::open(file_, kBoth).status();
  EXPECT_EQ(status.code(), Code::kCorrupt);
  EXPECT_THAT(status.message(), HasSubstr(file_.string()));
}

TEST_F(DatabaseTest, RefusesATruncatedDatabase) {
  {
    const Database database = open();
    for (int i = 0; i < 500; ++i) {
      ASSERT_STATUS_OK(
          Statement(database, "INSERT INTO numbers VALUES (?, ?)", std::int64_t{i}, std::string(40, 'x'))
              .run());
    }
  }
  fs::resize_file(file_, fs::file_size(file_) / 2);
  EXPECT_EQ(Database::open(file_, kBoth).status().code(), Code::kCorrupt);
}

TEST_F(DatabaseTest, NamesAFolderThatIsMissing) {
  const Status status = Database::open(dir_ / "nowhere" / "test.sqlite", kBoth).status();
  EXPECT_EQ(status.code(), Code::kNotFound);
  EXPECT_THAT(status.message(), HasSubstr((dir_ / "nowhere").string() + ": does not exist"));
}

TEST_F(DatabaseTest, KeepsAllOfATransactionOrNothing) {
  Database database = open();
  const Status failed = in_transaction(database, [&]() -> Status {
    COVEY_RETURN_IF_ERROR(database.execute("INSERT INTO numbers (value) VALUES (1)"));
    return refused("changed my mind");
  });
  EXPECT_EQ(failed.message(), "changed my mind");
  EXPECT_EQ(count(database), 0u);
  ASSERT_STATUS_OK(
      in_transaction(database, [&] { return database.execute("INSERT INTO numbers (value) VALUES (1)"); }));
  EXPECT_EQ(count(database), 1u);
}

TEST_F(DatabaseTest, LetsAReaderInWhileAWriterIsInATransaction) {
  Database writer = open();
  ASSERT_STATUS_OK(writer.execute("INSERT INTO numbers (value) VALUES (1)"));
  ASSERT_STATUS_OK(in_transaction(writer, [&]() -> Status {
    COVEY_RETURN_IF_ERROR(writer.execute("INSERT INTO numbers (value) VALUES (2)"));
    COVEY_ASSIGN_OR_RETURN(const Database reader, Database::open_read_only(file_));
    EXPECT_EQ(count(reader), 1u);  // what is committed, no more
    EXPECT_FALSE(reader.execute("DELETE FROM numbers").ok());
    return ok_status();
  }));
}

TEST_F(DatabaseTest, SaysThatAnotherProcessHoldsTheWriteLock) {
  Database writer = open();
  Database second = open();
  ASSERT_STATUS_OK(second.execute("PRAGMA busy_timeout = 0"));
  ASSERT_STATUS_OK(writer.execute("BEGIN IMMEDIATE"));
  const Status status = second.execute("INSERT INTO numbers (value) VALUES (1)");
  EXPECT_EQ(status.code(), Code::kUnavailable);
  EXPECT_THAT(status.message(), HasSubstr("another process"));
}

TEST_F(DatabaseTest, RefusesToReadAFileThatIsMissingOrEmptyAndTellsAnotherSchema) {
  EXPECT_EQ(Database::open_read_only(file_).status().code(), Code::kNotFound);
  test::write_text(file_, "");
  EXPECT_EQ(Database::open_read_only(file_).status().code(), Code::kNotFound);
  { ASSERT_STATUS_OK(Database::open(file_, kOldOnly).status()); }
  const Database old = *Database::open_read_only(file_);
  EXPECT_EQ(old.require_schema(kBoth).code(), Code::kInvalidArgument);
  EXPECT_TRUE(old.require_schema(kOldOnly).ok());
}

TEST_F(DatabaseTest, SaysThatTheDatabaseCannotGrow) {
  Database database = open();
  ASSERT_STATUS_OK(database.execute("PRAGMA max_page_count = 10"));
  const Status status =
      Statement(database, "INSERT INTO numbers VALUES (1, ?)", std::string(std::size_t{1} << 20, 'x')).run();
  EXPECT_EQ(status.code(), Code::kExhausted);
  EXPECT_THAT(status.message(), HasSubstr("disk full: " + file_.string()));
}

TEST_F(DatabaseTest, SaysThatTheDiskIsFullAndGoesOnWhenThereIsRoom) {
  { (void)open(); }
  EXPECT_TRUE(test::holds_with_file_limit(std::size_t{400} << 10, [&] {
    Database database = open();
    const std::string big(std::size_t{600} << 10, 'x');
    const Status status = in_transaction(
        database, [&] { return Statement(database, "INSERT INTO numbers VALUES (1, ?)", big).run(); });
    return status.code() == Code::kExhausted && status.message().rfind("disk full", 0) == 0;
  }));
  const Database database = open();
  EXPECT_EQ(count(database), 0u);
  EXPECT_TRUE(database.execute("INSERT INTO numbers (value) VALUES (1)").ok());
}

}  // namespace
}  // namespace covey::store
