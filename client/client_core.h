#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "common/wire/messages.h"

namespace covey::client {

/// The client's side of the protocol as a pure state machine: events in, actions out, no clock, socket or
/// file.
///
/// The device's state is **committed** plus **tentative** (semantics.md 5): what training changed on the
/// device becomes committed only when a later task names the round as counted. The tentative part is stored
/// before its update is offered, so the same task is never trained twice.
///
/// Two things go on side by side: the link to the coordinator, which comes and goes, and the work on one
/// task, which goes on without a link. An offer that was not answered is repeated in the next session.

struct ClientSettings {
  double heartbeat_every_s = 5;
  double silence_max_s = 30;  ///< without any message for so long the session counts as lost
  double backoff_first_s = 0.5;
  double backoff_max_s = 60;
  std::uint64_t jitter_seed = 0;  ///< so that a fleet does not reconnect in step
};

/// A finished task as it lies in the store.
struct Finished {
  std::uint32_t round = 0;
  std::uint32_t attempt = 0;
  SlotId slot;
  Digest model;
  bool nothing_to_report = false;
  Digest update;
  std::uint64_t update_bytes = 0;
  wire::Report report;
};

// ---- events

namespace event {

/// Once, first.
struct Started {
  std::optional<Finished> tentative;
  std::uint64_t samples = 0;
  std::optional<Digest> run_id;  ///< the run that the stored state belongs to
};
/// The device's numeric profile in this run became known. Every greeting carries it from now on.
struct Probed {
  Digest probe;
};
struct Connected {};  ///< the socket is set up; nothing was said yet
/// The socket failed, or the session cannot go on (a chunk or a model that does not fit its digest).
struct LinkLost {
  std::string why;
};
/// A message of the session, its signature verified. Chunks are given as Heartbeat: a sign of life.
struct Received {
  wire::Message message;
};
struct ModelReady {
  Digest model;
};  ///< all bytes are here and the digest fits
struct Trained {
  Finished finished;
};
struct TrainingFailed {
  std::string reason;
};
struct TentativeStored {};  ///< StoreTentative is durable
struct Tick {};
struct StopRequested {};

}  // namespace event

using Event = std::variant<event::Started, event::Probed, event::Connected, event::LinkLost, event::Received,
                           event::ModelReady, event::Trained, event::TrainingFailed, event::TentativeStored,
                           event::Tick, event::StopRequested>;

// ---- actions

namespace action {

struct Connect {};  ///< drop the socket if there is one, make a new one
struct Send {
  wire::Message message;
  bool with_update = false;  ///< an offer, and the bytes of the update go along
};
struct PromoteTentative {};
struct DropTentative {};
/// Replaces a fetch that is under way; bytes that the device holds already are not asked for again.
struct FetchModel {
  Digest model;
  std::uint64_t bytes = 0;
};
/// Answered by one Trained or TrainingFailed.
struct Train {
  wire::Task task;
};
/// Answered by TentativeStored.
struct StoreTentative {
  Finished finished;
};
/// Adopt the settings; bind the store to the run.
struct ApplyWelcome {
  wire::Welcome welcome;
};
struct Log {
  bool warning = false;
  std::string text;
};
/// The client is done: 0 the run ended or was stopped, 1 it cannot go on. Nothing follows. A job may still be
/// under way: see ClientCore::busy.
struct Exit {
  int code = 0;
  std::string text;
};

}  // namespace action

using Action = std::variant<action::Connect, action::Send, action::PromoteTentative, action::DropTentative,
                            action::FetchModel, action::Train, action::StoreTentative, action::ApplyWelcome,
                            action::Log, action::Exit>;

class ClientCore {
 public:
  explicit ClientCore(ClientSettings settings) : settings_(settings) {}

  /// Handles one event at time `now` (seconds of the driver's clock) and says what to do, in this order.
  std::vector<Action> step(double now, const Event& event);

  /// When a Tick is needed at the latest; infinity before Started and after Exit.
  double next_deadline() const;

  bool welcomed() const { return link_ == Link::kWelcomed; }
  bool done() const { return link_ == Link::kDone; }
  /// The trainer or the store works on a job. After an Exit (superseded, stopped, run complete) the driver
  /// waits for it or abandons it.
  bool busy() const { return work_ == Work::kTraining || work_ == Work::kStoring; }
  /// What the client works on, or worked on last.
  const std::optional<wire::Task>& task() const { return task_; }

 private:
  enum class Link { kNew, kDown, kConnecting, kGreeting, kWelcomed, kDone };
  enum class Work { kIdle, kFetching, kTraining, kStoring, kOffering };

  /// What is true of one session only.
  struct Session {
    double since = 0;
    std::optional<std::pair<std::uint32_t, std::uint32_t>> newest;  ///< (round, attempt) of its tasks
    std::optional<Digest> offered;                                  ///< the update that it has offered last
  };

  void handle(const event::Started&);
  void handle(const event::Probed& e);
  void handle(const event::Connected&);
  void handle(const event::LinkLost&);
  void handle(const event::Received&);
  void handle(const event::ModelReady&);
  void handle(const event::Trained&);
  void handle(const event::TrainingFailed&);
  void handle(const event::TentativeStored&);
  void handle(const event::Tick&);
  void handle(const event::StopRequested&);

  void on(const wire::Welcome&);
  void on(const wire::Task&);
  void on(const wire::UpdateAnswer&);
  void on(const wire::Error&);
  void on(const wire::Finished&);
  template <typename Other>
  void on(const Other&) {}

  void connect();
  void lose_link(const std::string& why);
  void forget_other_run(const Digest& run_id);
  void settle_tentative(const wire::Task& task);
  bool same_work(const wire::Task& task) const;
  bool overtaken() const { return waiting_ || !task_; }
  void begin(const wire::Task& task);
  void begin_waiting();
  void offer();
  void greet();
  void send(wire::Message message, bool with_update = false);
  void log(bool warning, std::string text) { actions_.emplace_back(action::Log{warning, std::move(text)}); }
  void exit(int code, std::string text);

  ClientSettings settings_;
  Link link_ = Link::kNew;
  Work work_ = Work::kIdle;
  double now_ = 0;
  double last_heard_ = 0;
  double last_sent_ = 0;
  double reconnect_at_ = 0;
  std::uint32_t failures_ = 0;  ///< since the last session that lasted
  Session session_;
  Digest probe_;
  std::uint64_t samples_ = 0;
  std::optional<Digest> run_id_;
  std::optional<Finished> tentative_;
  std::optional<wire::Task> task_;     ///< what `work_` is about; empty when its run is gone
  std::optional<wire::Task> waiting_;  ///< a newer task that arrived while the trainer was busy
  std::vector<Action> actions_;
};

}  // namespace covey::client
