#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mount.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "tests/integration/support/federation.h"

/// Disks that fill up, files that rot or vanish, folders in use. Each ends in one clear message and exit code
/// 1, and the run can be continued afterwards (semantics.md 5).
namespace covey::testing {
namespace {

const Sets kLongRounds{"federation.period=12", "federation.rounds=5"};

/// A file system of its own at `path`, so that it can be filled; needs the right to mount.
class SmallDisk {
 public:
  explicit SmallDisk(const fs::path& path) : path_(path) {
    fs::create_directories(path);
    mounted_ = ::mount("tmpfs", path.c_str(), "tmpfs", 0, "size=32m") == 0;
    if (!mounted_) problem_ = std::strerror(errno);
  }
  ~SmallDisk() {
    if (mounted_) ::umount2(path_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  bool mounted() const { return mounted_; }
  const std::string& problem() const { return problem_; }
  /// Fills the disk but for `left` bytes, and makes room again.
  void fill(std::uintmax_t left) const {
    const Bytes ballast(fs::space(path_).available - left);
    ASSERT_TRUE(write_file_atomically(path_ / kBallast, ballast).ok());
  }
  void make_room() const { ASSERT_TRUE(fs::remove(path_ / kBallast)); }

 private:
  static constexpr const char* kBallast = "ballast";
  fs::path path_;
  bool mounted_ = false;
  std::string problem_;
};

/// The last line of `text`: logs may stand before it.
std::string last_line(std::string text) {
  if (!text.empty() && text.back() == '\n') text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

void expect_one_line(const std::string& err, const std::string& named) {
  EXPECT_EQ(std::count(err.begin(), err.end(), '\n'), 1) << err;
  EXPECT_NE(err.find(named), std::string::npos) << err;
}

class Simulated : public ::testing::Test {
 protected:
  Command command(const fs::path& out, const std::vector<std::string>& arguments = {}) const {
    return simulation(experiment_, kLongRounds, out, arguments);
  }
  std::string undisturbed() const {
    const fs::path out = folder_.path() / "undisturbed";
    EXPECT_EQ(run(command(out)).code, 0);
    return model_hash(out);
  }

  TemporaryFolder folder_;
  fs::path experiment_ = write_experiment(folder_.path());
  fs::path out_ = folder_.path() / "out";
};

TEST_F(Simulated, KilledRunResumesToTheUndisturbedModel) {
  for (const std::uint32_t round : {1u, 3u}) {
    Process process(command(out_, {"--resume"}));
    ASSERT_TRUE(eventually(60, [&] { return committed_rounds(out_) >= round; }));
    process.kill();
    ASSERT_LT(committed_rounds(out_), 5u) << "it was killed too late";
  }
  EXPECT_EQ(run(command(out_, {"--resume"})).code, 0);
  EXPECT_EQ(model_hash(out_), undisturbed());
}

TEST_F(Simulated, SigtermStopsCleanlyAndResumably) {
  Process process(command(out_));
  ASSERT_TRUE(eventually(60, [&] { return committed_rounds(out_) >= 1; }));
  process.signal(SIGTERM);
  EXPECT_EQ(process.wait(20), 1);
  expect_one_line(process.err(), "--resume");
  EXPECT_EQ(run(command(out_, {"--resume"})).code, 0);
  EXPECT_EQ(model_hash(out_), undisturbed());
}

TEST_F(Simulated, FinishedRunIsNotOverwrittenAndResumingItChangesNothing) {
  EXPECT_EQ(run(command(out_)).code, 0);
  const std::string hash = model_hash(out_);
  const Outcome again = run(command(out_));
  EXPECT_EQ(again.code, 2);
  expect_one_line(again.err, "--resume");
  EXPECT_EQ(run(command(out_, {"--resume"})).code, 0);
  EXPECT_EQ(model_hash(out_), hash);
}

TEST_F(Simulated, OtherExperimentInTheFolderIsNamedByItsFirstDifference) {
  EXPECT_EQ(run(command(out_)).code, 0);
  const Outcome other = run(command(out_, {"--resume", "--set", "training.lr=0.01"}));
  EXPECT_EQ(other.code, 2);
  expect_one_line(other.err, "training.lr");
}

TEST_F(Simulated, FullDiskEndsInOneLineAndResumesWhenThereIsSpace) {
  const SmallDisk disk(folder_.path() / "disk");
  if (!disk.mounted()) GTEST_SKIP() << "cannot mount a tmpfs: " << disk.problem();
  const fs::path out = folder_.path() / "disk" / "out";
  for (const std::uintmax_t left : {40'000u, 150'000u, 300'000u, 400'000u}) {
    disk.fill(left);
    const Outcome full = run(command(out, {"--resume"}));
    EXPECT_EQ(full.code, 1) << left;
    expect_one_line(full.err, "full");
    disk.make_room();
  }
  EXPECT_EQ(run(command(out, {"--resume"})).code, 0);
  EXPECT_EQ(model_hash(out), undisturbed());
}

TEST_F(Simulated, FolderInUseIsRefused) {
  Process first(command(out_));
  ASSERT_TRUE(eventually(60, [&] { return committed_rounds(out_) >= 1; }));
  const Outcome second = run(command(out_, {"--resume"}));
  EXPECT_EQ(second.code, 1);
  expect_one_line(second.err, "in use");
  EXPECT_EQ(first.wait(60), 0);
}

class Deployed : public ::testing::Test {
 protected:
  void SetUp() override {
    federation_.start();
    ASSERT_TRUE(federation_.wait_for_rounds(1));
  }

  void stop_coordinator() {
    federation_.coordinator().signal(SIGTERM);
    ASSERT_EQ(federation_.coordinator().wait(30), 1);
    ASSERT_LT(committed_rounds(federation_.run_folder()), 5u) << "it was stopped too late";
  }
  Outcome start_in_vain() const { return run(federation_.coordinator_command()); }
  void expect_undisturbed_end() {
    federation_.start_coordinator();
    federation_.expect_finish();
    EXPECT_EQ(federation_.hash(), federation_.simulated_hash());
  }

  Federation federation_{kLongRounds};
};

TEST_F(Deployed, CorruptDatabaseIsNamedAndARestoredOneContinues) {
  stop_coordinator();
  const fs::path database = federation_.run_folder() / "run.sqlite";
  const fs::path copy = federation_.folder() / "copy.sqlite";
  fs::copy_file(database, copy);
  std::ofstream(database, std::ios::in | std::ios::out).write(std::string(4096, 'x').data(), 4096);
  const Outcome outcome = start_in_vain();
  EXPECT_EQ(outcome.code, 1);
  expect_one_line(outcome.err, "run.sqlite");
  fs::copy_file(copy, database, fs::copy_options::overwrite_existing);
  expect_undisturbed_end();
}

TEST_F(Deployed, VanishedModelIsNamed) {
  stop_coordinator();
  const fs::path blobs = federation_.run_folder() / "blobs";
  fs::rename(blobs, federation_.folder() / "blobs");
  const Outcome outcome = start_in_vain();
  EXPECT_EQ(outcome.code, 1);
  expect_one_line(outcome.err, "blobs");
  fs::remove_all(blobs);
  fs::rename(federation_.folder() / "blobs", blobs);
  expect_undisturbed_end();
}

TEST_F(Deployed, VanishedServerDataIsNamedAndTheRunContinuesWhenItIsBack) {
  stop_coordinator();
  const fs::path away = federation_.folder() / "away";
  fs::rename(federation_.server_data(), away);
  const Outcome outcome = start_in_vain();
  EXPECT_EQ(outcome.code, 1);
  expect_one_line(outcome.err, federation_.server_data().string());
  fs::rename(away, federation_.server_data());
  expect_undisturbed_end();
}

TEST_F(Deployed, VanishedUserDataIsNamedAndTheClientContinuesWhenItIsBack) {
  federation_.client(0).kill();
  const fs::path away = federation_.folder() / "away";
  fs::rename(federation_.user_data(0), away);
  const Outcome outcome = run(federation_.client_command(federation_.client_folder(0), 0));
  EXPECT_EQ(outcome.code, 1);
  expect_one_line(outcome.err, federation_.user_data(0).string());
  fs::rename(away, federation_.user_data(0));
  federation_.start_client(0);
  federation_.expect_finish();
  EXPECT_EQ(federation_.hash(), federation_.simulated_hash());
}

TEST_F(Deployed, SecondCoordinatorInTheFolderIsRefused) {
  const Outcome outcome = start_in_vain();
  EXPECT_EQ(outcome.code, 1);
  expect_one_line(outcome.err, "in use");
  federation_.expect_finish();
}

TEST_F(Deployed, FullDiskOfTheCoordinatorEndsInOneMessageAndTheRunContinues) {
  stop_coordinator();
  // The folder moves onto a disk that is full before the next round is committed.
  const fs::path away = federation_.folder() / "away";
  fs::rename(federation_.coordinator_folder(), away);
  const SmallDisk disk(federation_.coordinator_folder());
  if (!disk.mounted()) GTEST_SKIP() << "cannot mount a tmpfs: " << disk.problem();
  fs::copy(away, federation_.coordinator_folder(), fs::copy_options::recursive);
  disk.fill(150'000);
  const Outcome full = start_in_vain();
  EXPECT_EQ(full.code, 1) << full.err;
  EXPECT_NE(last_line(full.err).find("full"), std::string::npos) << full.err;
  disk.make_room();
  expect_undisturbed_end();
}

}  // namespace
}  // namespace covey::testing
