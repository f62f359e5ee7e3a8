#pragma once

#include <deque>
#include <memory>
#include <optional>

#include "client/client_core.h"
#include "client/task_runner.h"
#include "common/base/log.h"
#include "common/config/client_settings.h"
#include "common/learn/worker_pool.h"
#include "common/program/stop_signal.h"
#include "common/program/wakeup.h"
#include "common/security/server_key.h"
#include "common/security/signature.h"
#include "common/store/device_store.h"
#include "common/transport/chunks.h"
#include "common/transport/client.h"

namespace covey::client {

struct DaemonParts {
  store::DeviceStore* store = nullptr;
  store::Enrolment enrolment;
  security::ServerKey server_key;
  security::CurveKeys keys;
  std::shared_ptr<const data::SampleSet> data;  ///< the user's private samples; labels are not looked at
  config::KnownNames names;
  const program::StopSignal* stop = nullptr;
  char** argv = nullptr;  ///< to start again when the coordinator asks for pinned numerics
  Logger logger;
};

/// A device's program: drives ClientCore over a socket, a store and one training thread. Sockets and
/// heartbeats are served while training runs.
class Daemon {
 public:
  explicit Daemon(DaemonParts parts);
  ~Daemon();

  /// Until the coordinator's run is complete, a stop is requested, or the device cannot go on.
  ///   errors  kInvalidArgument  this device's images or settings do not fit the run
  ///           kRefused          the coordinator does not want this device (not enrolled, superseded, another
  ///           version)
  Status run();

 private:
  Status start();
  Status serve_once();
  Status take_messages();
  Status receive(wire::Message message);
  /// False: the message is not what it claims to be, and was dropped.
  Result<bool> prepare(const wire::Message& message);
  Result<bool> accept_welcome(const wire::Welcome& welcome);
  bool accept_task(const wire::Task& task);
  void take_model(wire::Task& task);
  Status take_chunk(const wire::Chunk& chunk);
  Status serve_update(const wire::ChunkRequest& request);
  Status fit_samples(const data::DataSpec& spec);
  void send_probe();
  void probed(const Result<Digest>& probe);

  Status step(Event event);
  Status execute(const action::Connect&);
  Status execute(const action::Send& a);
  Status execute(const action::PromoteTentative&);
  Status execute(const action::DropTentative&);
  Status execute(const action::FetchModel& a);
  Status execute(const action::Train& a);
  Status execute(const action::StoreTentative& a);
  Status execute(const action::ApplyWelcome& a);
  Status execute(const action::Log& a);
  Status execute(const action::Exit& a);

  void send(wire::Message message);
  void ask_for_model();
  void note_sent(const Status& status) const;
  void forget_update();  ///< no one asks for it any more
  void trained(const wire::Task& task, Result<TaskResult> result);

  DaemonParts parts_;
  std::optional<security::Verifier> verifier_;  ///< of the coordinator's signatures, from start() on
  program::Wakeup pool_ready_;
  ClientCore core_;
  std::deque<Event> events_;
  bool stepping_ = false;
  Status status_;  ///< first failure of a completion
  std::optional<action::Exit> exit_;

  std::unique_ptr<transport::Client> link_;
  std::shared_ptr<const data::SampleSet> set_;  ///< the samples as this run takes them
  std::vector<std::string> vocabulary_;         ///< what made them of texts
  learn::Samples samples_;                      ///< all of `set_`
  learn::TrainingSetup setup_;
  config::ClientSettings settings_;
  config::ClientSettings next_settings_;  ///< of a welcome that the core has not taken yet
  Bytes settings_text_;
  Digest run_id_;
  std::unique_ptr<learn::WorkerPool> pool_;
  bool probing_ = false;
  std::optional<action::FetchModel> fetch_after_probe_;

  std::shared_ptr<Bytes> model_;  ///< the model on its way in, or the last one
  Digest model_digest_;           ///< of a complete model_
  std::unique_ptr<transport::ChunkReceiver> receiver_;
  struct Model {
    Digest digest;
    std::shared_ptr<Bytes> bytes;
  };
  Model came_along_;                     ///< the model of a task, from its message
  TaskResult result_;                    ///< of the last training, until it is stored
  std::shared_ptr<const Bytes> update_;  ///< encoded bytes of the tentative update
  Digest update_digest_;
};

}  // namespace covey::client
