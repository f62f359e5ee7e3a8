#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "common/base/file.h"
#include "tests/integration/support/process.h"

namespace covey::testing {

/// Users of every experiment here.
inline constexpr std::uint32_t kUsers = 3;

/// Paths of the built programs.
std::string coordinator_program();
std::string client_program();
std::string sim_program();

/// A folder that goes with the object.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

/// "section.key=value" texts that override the small experiment of these tests.
using Sets = std::vector<std::string>;

/// Writes the small experiment: glyphs, cnn, three users, a run of a few seconds.
fs::path write_experiment(const fs::path& folder);

/// `covey-sim run` with these overrides; results in `out`.
Command simulation(const fs::path& experiment, const Sets& sets, const fs::path& out,
                   const std::vector<std::string>& arguments = {});

nlohmann::json read_json(const fs::path& path);
/// model_sha256 of a finished run's folder; says so in the text when there is none.
std::string model_hash(const fs::path& run_folder);
/// Committed rounds of a run's folder, also while it runs; 0 before there is a run.
std::uint32_t committed_rounds(const fs::path& run_folder);

/// A coordinator, its users' folders, and their processes, all over loopback sockets. All users are enrolled:
/// partition, init, token and enroll ran once in this test program, and every federation starts from a copy.
class Federation {
 public:
  explicit Federation(Sets sets = {});
  /// Prints what the processes said when the test failed.
  ~Federation();

  // ---- folders

  const fs::path& folder() const { return folder_.path(); }
  fs::path experiment() const { return folder() / "experiment.toml"; }
  fs::path coordinator_folder() const { return folder() / "coordinator"; }
  fs::path run_folder() const { return coordinator_folder() / "run"; }
  fs::path server_data() const { return folder() / "data" / "server"; }
  fs::path client_folder(std::uint32_t user) const;
  fs::path user_data(std::uint32_t user) const;
  const Sets& sets() const { return sets_; }

  // ---- the coordinator

  /// Lets the coordinator partition the data itself instead of reading the written server folder.
  void use_full_data_set() { full_data_set_ = true; }
  /// Instead of glyphs: texts of two classes, and a transformer. Before anything starts.
  void use_texts(const std::string& reader = "text-folder");
  /// Instead of glyphs: regions with captions, and the model for them. Before anything starts.
  void use_regions();
  Command coordinator_command() const;
  /// Starts it, and waits until it listens. The port stays the same over restarts.
  void start_coordinator();
  Process& coordinator() { return *coordinator_; }
  const std::string& endpoint() const { return endpoint_; }
  const std::string& server_key() const { return server_key_; }
  nlohmann::json status() const;
  /// Refused messages by kind, as `status --json` tells.
  std::uint64_t refused(const std::string& kind) const;
  std::string new_token(const std::string& expires = "1h") const;

  // ---- clients

  Command enroll_command(const fs::path& device, const std::string& token) const;
  Command client_command(const fs::path& device, std::uint32_t user) const;
  void start_client(std::uint32_t user);
  void start_clients(std::uint32_t first = 0);
  Process& client(std::uint32_t user) { return clients_.at(user); }

  // ---- the whole

  /// The coordinator and all clients.
  void start();
  bool wait_for_rounds(std::uint32_t rounds, double seconds = 60) const;
  /// Waits for the end of the coordinator and of those clients that still run; expects exit code 0 of all.
  void expect_finish(double seconds = 60);
  /// Was the user a member of this committed round?
  bool took_part(std::uint32_t user, std::uint32_t round) const;
  /// The model of `covey-sim run` with the same experiment.
  std::string simulated_hash(const std::vector<std::string>& arguments = {}) const;
  std::string hash() const { return model_hash(run_folder()); }

 private:
  /// Deals out what sets_ describe, into data/.
  void write_data();

  TemporaryFolder folder_;
  Sets sets_;
  bool full_data_set_ = false;
  std::string endpoint_;
  std::string server_key_;  ///< as printed by init
  std::optional<Process> coordinator_;
  std::map<std::uint32_t, Process> clients_;
};

}  // namespace covey::testing
