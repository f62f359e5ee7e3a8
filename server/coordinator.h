#pragma once

#include <memory>
#include <optional>
#include <unordered_map>

#include "common/data/partition/storage.h"
#include "common/program/stop_signal.h"
#include "common/program/wakeup.h"
#include "common/security/signature.h"
#include "common/transport/server.h"
#include "server/coordinator_folder.h"
#include "server/engine.h"
#include "server/refusals.h"
#include "server/sessions.h"
#include "server/update_inbox.h"

namespace covey::server {

struct CoordinatorParts {
  config::Experiment experiment;
  learn::TrainingSetup setup;
  const data::ServerData* data = nullptr;
  store::RunStore* run = nullptr;
  store::EnrolmentStore* enrolment = nullptr;
  Identity identity;
  Digest probe;        ///< of this machine's numeric profile
  std::string listen;  ///< such as tcp://*:7170
  fs::path spool;      ///< folder for updates on their way in
  std::size_t threads = 1;
  const program::StopSignal* stop = nullptr;
  EngineObserver* observer = nullptr;
  Logger logger;
};

/// The deployed coordinator: one loop over the sockets, the worker pool and the Engine's deadlines.
/// Everything that a message may do is decided by who sent it: the key that the encrypted link proves, looked
/// up for every message.
class Coordinator final : private Clients {
 public:
  static Result<std::unique_ptr<Coordinator>> make(CoordinatorParts parts);
  ~Coordinator() override;

  /// Serves until the last round is committed and evaluated, or a stop is requested. Failures leave a run
  /// that the same command continues.
  Status run();

  const std::string& endpoint() const { return server_->endpoint(); }
  const Engine& engine() const { return *engine_; }

 private:
  explicit Coordinator(CoordinatorParts parts);
  Status start();

  Status serve_once();
  Status take_messages();
  Status after_messages(double now);
  Status settle_uploads(double now);
  Status close_silent_sessions(double now);
  void finish();

  Status handle(transport::Received received);
  Status on(const transport::Received& from, const wire::Enroll& message);
  Status on(const transport::Received& from, const wire::Hello& message);
  Status on(const transport::Received& from, const wire::Heartbeat& message);
  Status on(const transport::Received& from, const wire::ChunkRequest& message);
  Status on(const transport::Received& from, wire::UpdateOffer message);
  Status on(const transport::Received& from, const wire::Chunk& message);
  Status on(const transport::Received& from, const wire::Goodbye& message);
  template <typename Other>
  Status on(const transport::Received& from, const Other& message);

  Status note_probe(UserId user, const security::PublicKey& key, const Digest& probe);
  Status open_session(UserId user, const transport::Received& from, const wire::Hello& hello);
  Status take_update(const transport::Received& from, const ExpectedUpdate& update,
                     Result<UpdateInbox::Arrived> arrived);
  wire::Finished finished_message() const;
  /// The user whose session this is; empty, after an answer, for anybody else.
  std::optional<UserId> session_user(const transport::Received& from);
  void refuse(const transport::Received& from, const std::string& kind, wire::Error error);
  void send(const transport::Peer& peer, wire::Message message);
  void note_sent(const transport::Peer& peer, const Status& status);
  void send_to(UserId user, wire::Message message);
  Status close_session(UserId user);
  Status close_lost_sessions();

  void send_task(const OutgoingTask& task) override;
  void fetch_update(UserId user, const Digest& update) override;
  void answer_update(UserId user, const wire::UpdateAnswer& answer) override;
  std::vector<std::pair<UserId, Digest>> committed_device_states(const std::vector<UserId>&) override {
    return {};
  }
  std::pair<std::uint64_t, std::uint64_t> take_wire_bytes() override;

  CoordinatorParts parts_;
  security::Signer signer_;
  program::Wakeup pool_ready_;
  std::unique_ptr<transport::Server> server_;
  std::unique_ptr<learn::WorkerPool> pool_;
  std::unique_ptr<Engine> engine_;
  std::optional<UpdateInbox> inbox_;
  Refusals refusals_;
  Sessions sessions_;
  wire::Welcome welcome_;  ///< without the user
  /// What the clients of an attempt may ask for.
  struct Offered {
    std::uint32_t round = 0;
    std::uint32_t attempt = 0;
    std::unordered_map<Digest, std::shared_ptr<const Bytes>> models;
    std::map<GroupId, Bytes> signatures;  ///< of a group's model, the same for all its members
    std::size_t tasks = 0;                ///< sent
  };
  Offered offered_;
  std::map<UserId, ExpectedUpdate> offers_;
  std::vector<transport::Peer> lost_;  ///< connections that turned out to be gone
  transport::Counters counted_bytes_;
  double housekeeping_at_ = 0;
};

}  // namespace covey::server
