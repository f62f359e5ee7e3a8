#pragma once

#include <cstdint>
#include <optional>
#include <string>
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

namespace event {

struct Started {
  std::optional<Finished> tentative;
  Digest probe;
  std::uint64_t samples = 0;
};
struct Connected {};  ///< the socket is set up; nothing was said yet
struct Received {
  wire::Message message;
};  ///< Welcome, Task, UpdateAnswer, Error, Finished, Heartbeat
struct ModelReady {
  Digest model;
};  ///< all bytes are here and the digest fits
struct Trained {
  Finished finished;
};
struct TrainingFailed {
  std::string reason;
};
struct TentativeStored {};
struct Tick {};
struct StopRequested {};

}  // namespace event

using Event =
    std::variant<event::Started, event::Connected, event::Received, event::ModelReady, event::Trained,
                 event::TrainingFailed, event::TentativeStored, event::Tick, event::StopRequested>;

namespace action {

struct Connect {};  ///< drop the socket if there is one, make a new one
struct Send {
  wire::Message message;
};
struct PromoteTentative {};
struct DropTentative {};
struct FetchModel {
  Digest model;
  std::uint64_t bytes = 0;
};
struct Train {
  wire::Task task;
};
struct StoreTentative {
  Finished finished;
};
struct ApplyWelcome {
  wire::Welcome welcome;
};  ///< verified by the driver before the core sees it
struct Log {
  bool warning = false;
  std::string text;
};
/// The client is done: 0 the run ended or was stopped, 1 it cannot go on.
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

  /// When a Tick is needed at the latest.
  double next_deadline() const;

  bool welcomed() const { return link_ == Link::kWelcomed; }
  const std::optional<wire::Task>& task() const { return task_; }

 private:
  enum class Link { kDown, kConnecting, kGreeting, kWelcomed };
  enum class Work { kIdle, kFetching, kTraining, kStoring, kOffering };

  void handle(const event::Started&);
  void handle(const event::Connected&);
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

  void lose_link(const std::string& why);
  void settle_tentative(const wire::Task& task);
  bool same_work(const wire::Task& task) const;
  void begin(const wire::Task& task);
  void offer();
  void log(bool warning, std::string text) { actions_.push_back(action::Log{warning, std::move(text)}); }

  ClientSettings settings_;
  Link link_ = Link::kDown;
  Work work_ = Work::kIdle;
  double now_ = 0;
  double last_heard_ = 0;
  double last_sent_ = 0;
  double reconnect_at_ = 0;
  std::uint32_t failures_ = 0;
  Digest probe_;
  std::uint64_t samples_ = 0;
  std::optional<Finished> tentative_;
  std::optional<wire::Task> task_;     ///< what `work_` is about
  std::optional<wire::Task> waiting_;  ///< a newer task that arrived while the trainer was busy
  std::vector<Action> actions_;
};

}  // namespace covey::client
