#include "tests/bench/federation.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

#include "common/store/run_store.h"
#include "tests/bench/child_process.h"

namespace covey::bench {

namespace {

constexpr double kStartSeconds = 60;

/// Removed with everything in it.
class WorkFolder {
 public:
  static Result<WorkFolder> make(const fs::path& parent) {
    std::string pattern = (parent / "covey-bench-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr)
      return internal_error("cannot make a folder in " + parent.string());
    return WorkFolder(pattern);
  }
  WorkFolder(WorkFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  WorkFolder& operator=(WorkFolder&&) = delete;
  ~WorkFolder() {
    std::error_code ignored;  // what stays is in a folder of temporary files
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  const fs::path& path() const { return path_; }

 private:
  explicit WorkFolder(fs::path path) : path_(std::move(path)) {}
  fs::path path_;
};

std::string experiment_text(const FederationCase& f) {
  std::ostringstream text;
  text << "[data]\nname = \"glyphs\"\nglyph_train = " << std::max(100, 4 * f.clients)
       << "\nglyph_test = 10\npartition = \"iid\"\n"
       << "[model]\nname = \"" << f.model << "\"\n"
       << "[federation]\nusers = " << f.clients << "\ncommunicating = " << f.clients
       << "\nperiod = 0\nlabelled = 10\nrounds = " << 2 * f.rounds << "\nevaluate_every = " << f.rounds
       << "\nmin_updates = " << f.clients << "\n"
       << "[averaging]\ngroups = " << f.groups << "\n"
       << "[download]\ncodec = \"" << f.codec << "\"\n[upload]\ncodec = \"" << f.codec << "\"\n";
  return text.str();
}

/// The words of `text`, split at white space.
std::vector<std::string> words_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

class Federation {
 public:
  Federation(const Programs& programs, fs::path dir, const FederationCase& f)
      : programs_(programs), dir_(std::move(dir)), log_(dir_ / "log"), case_(f) {}

  Result<FederationCost> run() {
    const Result<FederationCost> cost = measure();
    if (cost.ok()) return cost;
    std::ifstream log(log_);
    std::ostringstream text;
    text << log.rdbuf();
    return cost.status().with_context(text.str());
  }

 private:
  Result<FederationCost> measure() {
    COVEY_RETURN_IF_ERROR(write_file_atomically(experiment_, as_bytes(experiment_text(case_))));
    COVEY_RETURN_IF_ERROR(
        output_of({programs_.simulator, "partition", experiment_, "--write", data_}, log_).status());
    COVEY_ASSIGN_OR_RETURN(ChildProcess coordinator, start_coordinator());
    COVEY_ASSIGN_OR_RETURN(std::vector<ChildProcess> clients, start_clients());
    return follow(coordinator, clients);
  }

  Result<ChildProcess> start_coordinator() {
    COVEY_ASSIGN_OR_RETURN(const std::string key, output_of({programs_.coordinator, "init", server_}, log_));
    server_key_ = words_of(key).at(1);
    COVEY_ASSIGN_OR_RETURN(
        tokens_,
        output_of({programs_.coordinator, "token", server_, "--count", std::to_string(case_.clients)}, log_));
    const std::vector<std::string> command{
        programs_.coordinator, "--log-level", "warn", "run", server_, "--experiment", experiment_, "--listen",
        "tcp://127.0.0.1:*"};
    COVEY_ASSIGN_OR_RETURN(ChildProcess coordinator, ChildProcess::start(command, log_));
    const double until = monotonic_seconds() + kStartSeconds;
    while (!fs::exists(fs::path(server_) / "endpoint")) {
      if (monotonic_seconds() > until) return unavailable("the coordinator did not start");
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    COVEY_ASSIGN_OR_RETURN(endpoint_, read_text_file(fs::path(server_) / "endpoint"));
    return coordinator;
  }

  Result<std::vector<ChildProcess>> start_clients() {
    std::vector<ChildProcess> clients;
    const std::vector<std::string> tokens = words_of(tokens_);
    for (int i = 0; i < case_.clients; ++i) {
      const std::string client = (dir_ / ("client-" + std::to_string(i))).string();
      const std::string& token = tokens.at(static_cast<std::size_t>(2 * i + 1));
      COVEY_RETURN_IF_ERROR(output_of({programs_.device, "enroll", client, "--server", endpoint_,
                                       "--server-key", server_key_, "--token", token},
                                      log_)
                                .status());
      COVEY_ASSIGN_OR_RETURN(ChildProcess process,
                             ChildProcess::start({programs_.device, "--log-level", "warn", "run", client,
                                                  "--data", data_ + "/user_0000", "--once"},
                                                 log_));
      clients.push_back(std::move(process));
    }
    return clients;
  }

  /// The coordinator writes a line when the first half of the rounds is evaluated, and one at the end.
  Result<FederationCost> follow(ChildProcess& coordinator, std::vector<ChildProcess>& clients) {
    const auto clients_cpu_s = [&] {
      double seconds = 0;
      for (const ChildProcess& client : clients) seconds += client.cpu_seconds();
      return seconds;
    };
    if (!coordinator.read_line()) return internal_error("the coordinator ended too early, or stands still");
    const double started = monotonic_seconds();
    const double server_before = coordinator.cpu_seconds();
    const double clients_before = clients_cpu_s();
    if (!coordinator.read_line()) return internal_error("the coordinator ended too early, or stands still");
    const double updates = case_.rounds * case_.clients;
    FederationCost cost;
    cost.per_second = updates / (monotonic_seconds() - started);
    cost.server_cpu_ms = 1000 * (coordinator.cpu_seconds() - server_before) / updates;
    cost.client_cpu_ms = 1000 * (clients_cpu_s() - clients_before) / updates;
    for (ChildProcess& client : clients) {
      COVEY_ASSIGN_OR_RETURN(const Usage usage, client.wait());
      cost.client_peak_mib = std::max(cost.client_peak_mib, usage.peak_mib);
    }
    COVEY_ASSIGN_OR_RETURN(const Usage usage, coordinator.wait());
    cost.server_peak_mib = usage.peak_mib;
    COVEY_RETURN_IF_ERROR(read_record(cost));
    return cost;
  }

  Status read_record(FederationCost& cost) const {
    COVEY_ASSIGN_OR_RETURN(const auto run, store::RunStore::open_read_only(fs::path(server_) / "run"));
    COVEY_ASSIGN_OR_RETURN(const auto rounds, run->rounds());
    COVEY_ASSIGN_OR_RETURN(const store::RunTotals totals, run->totals());
    std::vector<double> seconds;
    for (std::size_t i = rounds.size() / 2; i < rounds.size(); ++i)
      seconds.push_back(rounds[i].figures.seconds);
    std::sort(seconds.begin(), seconds.end());
    cost.round_ms = 1000 * seconds[seconds.size() / 2];
    const auto updates =
        static_cast<std::uint64_t>(2 * case_.rounds) * static_cast<std::uint64_t>(case_.clients);
    cost.model_bytes = totals.bytes_up_fp32 / updates;
    cost.wire_ratio = static_cast<double>(totals.wire_bytes_up + totals.wire_bytes_down) /
                      static_cast<double>(totals.bytes_up_fp32 + totals.bytes_down_fp32);
    return ok_status();
  }

  const Programs& programs_;
  fs::path dir_;
  fs::path log_;
  FederationCase case_;
  std::string experiment_ = (dir_ / "experiment.toml").string();
  std::string data_ = (dir_ / "data").string();
  std::string server_ = (dir_ / "server").string();
  std::string server_key_;
  std::string tokens_;
  std::string endpoint_;
};

}  // namespace

Result<FederationCost> run_federation(const Programs& programs, const fs::path& parent,
                                      const FederationCase& federation) {
  COVEY_ASSIGN_OR_RETURN(const WorkFolder folder, WorkFolder::make(parent));
  return Federation(programs, folder.path(), federation).run();
}

}  // namespace covey::bench
