#include "tests/integration/support/federation.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "common/base/check.h"
#include "common/store/device_store.h"
#include "common/store/run_store.h"

namespace covey::testing {

namespace {

std::string program(const char* name) {
  return (fs::path(COVEY_PROGRAM_DIR) / name).string();
}

constexpr const char* kExperiment = R"(seed = 7

[data]
name = "glyphs"
glyph_train = 400
glyph_test = 100

[federation]
users = 3
communicating = 3
period = 2
labelled = 50
rounds = 4
deadline_s = 120

[training]
threshold = 0.05
batch = 16
lr = 0.05
)";

/// With a port that is free now; the kernel does not hand it out again soon.
std::string free_endpoint() {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  COVEY_CHECK(::bind(descriptor, reinterpret_cast<sockaddr*>(&address), size) == 0);
  COVEY_CHECK(::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  ::close(descriptor);
  return "tcp://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
}

/// What the command printed; a command that fails is the end of the test program.
std::string succeed(const Command& command) {
  const Outcome outcome = run(command);
  COVEY_CHECK(outcome.code == 0, command[0], command[1], outcome.err);
  return outcome.out;
}

nlohmann::json succeed_json(const Command& command) {
  return nlohmann::json::parse(succeed(command));
}

void append_sets(Command& command, const Sets& sets) {
  for (const std::string& set : sets) command.insert(command.end(), {"--set", set});
}

}  // namespace

std::string coordinator_program() {
  return program("covey-coordinator");
}
std::string client_program() {
  return program("covey-client");
}
std::string sim_program() {
  return program("covey-sim");
}

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (fs::temp_directory_path() / "covey-integration-XXXXXX").string();
  COVEY_CHECK(::mkdtemp(pattern.data()) != nullptr);
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;  // a folder that stays is no reason to fail
  fs::remove_all(path_, ignored);
}

fs::path write_experiment(const fs::path& folder) {
  const fs::path path = folder / "experiment.toml";
  COVEY_CHECK(write_file_atomically(path, as_bytes(kExperiment)).ok());
  return path;
}

Command simulation(const fs::path& experiment, const Sets& sets, const fs::path& out,
                   const std::vector<std::string>& arguments) {
  Command command{sim_program(), "run", experiment.string(), "--out", out.string(), "--quiet"};
  append_sets(command, sets);
  command.insert(command.end(), arguments.begin(), arguments.end());
  return command;
}

nlohmann::json read_json(const fs::path& path) {
  const auto text = read_text_file(path);
  return text.ok() ? nlohmann::json::parse(*text, nullptr, false) : nlohmann::json();
}

std::string model_hash(const fs::path& run_folder) {
  const nlohmann::json summary = read_json(run_folder / "summary.json");
  return summary.is_object() ? summary.at("model_sha256").get<std::string>()
                             : "no summary in " + run_folder.string();
}

std::uint32_t committed_rounds(const fs::path& run_folder) {
  if (!fs::exists(run_folder / "run.sqlite")) return 0;
  const auto run = store::RunStore::open_read_only(run_folder);
  if (!run.ok()) return 0;  // it is being made
  const auto totals = (*run)->totals();
  return totals.ok() ? totals->rounds : 0;
}

namespace {

/// Folders of a coordinator and its enrolled users, with their data; made once by the programs themselves.
class EnrolledFolders {
 public:
  static const EnrolledFolders& get() {
    static const EnrolledFolders folders;
    return folders;
  }

  const fs::path& path() const { return folder_.path(); }
  const std::string& server_key() const { return server_key_; }

 private:
  EnrolledFolders() {
    const fs::path experiment = write_experiment(path());
    succeed({sim_program(), "partition", experiment.string(), "--write", (path() / "data").string()});
    const std::string dir = (path() / "coordinator").string();
    server_key_ = succeed_json({coordinator_program(), "init", dir, "--json"}).at("server_key");
    const std::string endpoint = free_endpoint();
    Process coordinator({coordinator_program(), "run", dir, "--experiment", experiment.string(), "--listen",
                         endpoint, "--quiet"});
    enroll(dir, endpoint);
    coordinator.kill();
    fs::remove_all(path() / "coordinator" / "run");
  }

  void enroll(const std::string& dir, const std::string& endpoint) const {
    const Command command{coordinator_program(), "token", dir, "--json", "--count", std::to_string(kUsers)};
    for (const auto& entry : succeed_json(command)) {
      const std::string device = "client-" + std::to_string(entry.at("user").get<std::uint32_t>());
      succeed({client_program(), "enroll", (path() / device).string(), "--server", endpoint, "--server-key",
               server_key_, "--token", entry.at("token").get<std::string>()});
    }
  }

  TemporaryFolder folder_;
  std::string server_key_;
};

}  // namespace

Federation::Federation(Sets sets) : sets_(std::move(sets)), endpoint_(free_endpoint()) {
  const EnrolledFolders& enrolled = EnrolledFolders::get();
  server_key_ = enrolled.server_key();
  fs::copy(enrolled.path(), folder(), fs::copy_options::recursive);
  for (std::uint32_t user = 0; user < kUsers; ++user) {
    const auto store = store::DeviceStore::open(client_folder(user));
    COVEY_CHECK(store.ok(), store.status().message());
    store::Enrolment enrolment = **(*store)->enrolment();
    enrolment.server = endpoint_;
    COVEY_CHECK((*store)->set_enrolment(enrolment).ok());
  }
}

Federation::~Federation() {
  if (!::testing::Test::HasFailure()) return;
  if (coordinator_) std::fprintf(stderr, "---- coordinator\n%s", coordinator_->err().c_str());
  for (const auto& [user, process] : clients_) {
    std::fprintf(stderr, "---- client of user %u\n%s", user, process.err().c_str());
  }
}

fs::path Federation::client_folder(std::uint32_t user) const {
  return folder() / ("client-" + std::to_string(user));
}

fs::path Federation::user_data(std::uint32_t user) const {
  return folder() / "data" / ("user_000" + std::to_string(user));
}

void Federation::use_texts(const std::string& reader) {
  const fs::path texts = folder() / "texts";
  for (const std::string name : {"praise", "blame"}) {
    std::string lines;
    for (int i = 0; i < 150; ++i) {
      const std::string film = "film" + std::to_string(i % 11) + (i % 3 == 0 ? " by somebody" : "");
      lines += (name == "praise" ? "Everybody liked the wonderful " : "I hated the dreadful ") + film + ".\n";
    }
    COVEY_CHECK(make_directories(texts / name).ok());
    COVEY_CHECK(write_file_atomically(texts / name / "lines.txt", as_bytes(lines)).ok());
  }
  sets_.insert(sets_.end(),
               {"data.name=" + reader, "data.path=" + texts.string(), "data.tokens=8", "data.partition=iid",
                "model.name=transformer", "model.norm=layer", "model.width=16", "model.heads=2"});
  write_data();
}

void Federation::use_regions() {
  sets_.insert(sets_.end(), {"data.name=grounding", "data.grounding_train=300", "data.grounding_test=60",
                             "data.grounding_fillers=1", "data.grounding_names=0.5", "data.partition=iid",
                             "model.name=grounding", "model.norm=none", "model.width=16",
                             "training.objective=contrastive"});
  write_data();
}

void Federation::write_data() {
  fs::remove_all(folder() / "data");
  Command partition{sim_program(), "partition", experiment().string(), "--write",
                    (folder() / "data").string()};
  append_sets(partition, sets_);
  succeed(partition);
}

Command Federation::coordinator_command() const {
  Command command{coordinator_program(),
                  "run",
                  coordinator_folder().string(),
                  "--experiment",
                  experiment().string(),
                  "--listen",
                  endpoint_,
                  "--quiet"};
  append_sets(command, sets_);
  if (!full_data_set_) command.insert(command.end(), {"--set", "data.path=" + server_data().string()});
  return command;
}

void Federation::start_coordinator() {
  const fs::path listening = coordinator_folder() / "endpoint";
  fs::remove(listening);
  coordinator_.emplace(coordinator_command());
  EXPECT_TRUE(eventually(30, [&] { return fs::exists(listening) || !coordinator_->running(); }));
  EXPECT_TRUE(coordinator_->running()) << coordinator_->err();
}

nlohmann::json Federation::status() const {
  return succeed_json({coordinator_program(), "status", coordinator_folder().string(), "--json"});
}

std::uint64_t Federation::refused(const std::string& kind) const {
  const nlohmann::json counts = status()["refused"];
  return counts.contains(kind) ? counts[kind].get<std::uint64_t>() : 0;
}

std::string Federation::new_token(const std::string& expires) const {
  return succeed_json({coordinator_program(), "token", coordinator_folder().string(), "--json", "--expires",
                       expires})[0]
      .at("token");
}

Command Federation::enroll_command(const fs::path& device, const std::string& token) const {
  return {client_program(), "enroll",    device.string(), "--server", endpoint_,
          "--server-key",   server_key_, "--token",       token};
}

Command Federation::client_command(const fs::path& device, std::uint32_t user) const {
  return {client_program(), "run", device.string(), "--data", user_data(user).string(), "--once"};
}

void Federation::start_client(std::uint32_t user) {
  clients_.insert_or_assign(user, Process(client_command(client_folder(user), user)));
}

void Federation::start_clients(std::uint32_t first) {
  for (std::uint32_t user = first; user < kUsers; ++user) start_client(user);
}

void Federation::start() {
  start_coordinator();
  start_clients();
}

bool Federation::wait_for_rounds(std::uint32_t rounds, double seconds) const {
  return eventually(seconds, [&] { return committed_rounds(run_folder()) >= rounds; });
}

void Federation::expect_finish(double seconds) {
  EXPECT_EQ(coordinator_->wait(seconds), 0) << "the coordinator did not finish";
  for (auto& [user, process] : clients_) EXPECT_EQ(process.wait(10), 0) << "client of user " << user;
}

bool Federation::took_part(std::uint32_t user, std::uint32_t round) const {
  const auto run = store::RunStore::open_read_only(run_folder());
  const auto recorded = (*run)->recorded_rounds();
  const auto& present = recorded->at(round).present;
  return std::any_of(present.begin(), present.end(),
                     [user](const store::Seat& seat) { return seat.user == UserId{user}; });
}

std::string Federation::simulated_hash(const std::vector<std::string>& arguments) const {
  const TemporaryFolder out;
  succeed(simulation(experiment(), sets_, out.path(), arguments));
  return model_hash(out.path());
}

}  // namespace covey::testing
