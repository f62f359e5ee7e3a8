#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "client/client_core.h"

namespace covey::testing {

namespace action = client::action;
namespace event = client::event;
using Actions = std::vector<client::Action>;

inline Digest digest(std::uint8_t value) {
  Digest d;
  d.bytes[0] = value;
  return d;
}

inline wire::Task task(std::uint32_t round, std::uint8_t model = 1, std::uint32_t attempt = 0) {
  wire::Task t;
  t.round = round;
  t.attempt = attempt;
  t.slot = SlotId{2};
  t.model = digest(model);
  t.model_bytes = 100;
  return t;
}

inline wire::Task counting(wire::Task t, std::uint32_t last_counted_round) {
  t.counted_before = true;
  t.last_counted_round = last_counted_round;
  return t;
}

inline client::Finished finished(const wire::Task& t, std::uint8_t update = 50) {
  client::Finished f;
  f.round = t.round;
  f.attempt = t.attempt;
  f.slot = t.slot;
  f.model = t.model;
  f.update = digest(update);
  f.update_bytes = 10;
  return f;
}

inline wire::UpdateAnswer answer(const client::Finished& f, bool accepted = true) {
  return {f.round, f.attempt, f.update, accepted, accepted ? "" : "the round is full"};
}

template <typename Kind>
std::vector<Kind> all_of(const Actions& actions) {
  std::vector<Kind> found;
  for (const client::Action& a : actions) {
    if (const Kind* kind = std::get_if<Kind>(&a)) found.push_back(*kind);
  }
  return found;
}

template <typename Kind>
bool has(const Actions& actions) {
  return !all_of<Kind>(actions).empty();
}

template <typename Kind>
std::vector<Kind> sent(const Actions& actions) {
  std::vector<Kind> found;
  for (const auto& send : all_of<action::Send>(actions)) {
    if (const Kind* kind = std::get_if<Kind>(&send.message)) found.push_back(*kind);
  }
  return found;
}

/// A ClientCore with its clock and the usual ways to drive it.
class Client {
 public:
  explicit Client(client::ClientSettings settings = {}) : core(settings) {}

  Actions step(const client::Event& e) { return core.step(now, e); }
  Actions receive(wire::Message message) { return step(event::Received{std::move(message)}); }
  Actions tick_at(double time) {
    now = time;
    return step(event::Tick{});
  }
  Actions start(std::optional<client::Finished> tentative = {}, std::optional<Digest> run_id = {}) {
    return step(event::Started{std::move(tentative), 40, run_id});
  }
  Actions welcome(std::uint8_t run = 1) {
    wire::Welcome w;
    w.run_id = digest(run);
    return receive(w);
  }
  /// Started and welcomed.
  Client& join(std::optional<client::Finished> tentative = {}) {
    start(std::move(tentative));
    step(event::Connected{});
    welcome();
    return *this;
  }
  Actions train(const wire::Task& t) {
    receive(t);
    return step(event::ModelReady{t.model});
  }
  /// Works on a task up to its offer.
  Actions work(const wire::Task& t, std::uint8_t update = 50) {
    train(t);
    step(event::Trained{finished(t, update)});
    return step(event::TentativeStored{});
  }
  Actions reconnect() {
    step(event::LinkLost{"reset"});
    tick_at(core.next_deadline());
    step(event::Connected{});
    return welcome();
  }

  double now = 0;
  client::ClientCore core;
};

}  // namespace covey::testing
