#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "common/base/check.h"
#include "server/round_core.h"

namespace covey::testing {

/// Seats users 0, 1, 2, ... in this order.
class FirstUsers final : public server::Selector {
 public:
  explicit FirstUsers(std::size_t count) : count_(count) {}

  std::vector<server::Seat> select(std::uint32_t, std::uint32_t,
                                   const std::vector<UserId>& candidates) const override {
    std::vector<server::Seat> seats;
    for (const UserId user : candidates) {
      if (seats.size() == count_) break;
      seats.push_back({SlotId{static_cast<std::uint32_t>(seats.size())}, user});
    }
    return seats;
  }

 private:
  std::size_t count_;
};

inline Digest digest(std::uint8_t value) {
  Digest d;
  d.bytes[0] = value;
  return d;
}

/// The actions of one kind, in order.
template <typename Kind>
std::vector<Kind> all_of(const std::vector<server::Action>& actions) {
  std::vector<Kind> found;
  for (const server::Action& action : actions) {
    if (const Kind* a = std::get_if<Kind>(&action)) found.push_back(*a);
  }
  return found;
}

/// Exactly one action of this kind is expected.
template <typename Kind>
Kind only(const std::vector<server::Action>& actions) {
  const auto found = all_of<Kind>(actions);
  COVEY_CHECK(found.size() == 1, found.size());
  return found.front();
}

template <typename Kind>
bool has(const std::vector<server::Action>& actions) {
  return !all_of<Kind>(actions).empty();
}

/// A RoundCore with its clock and the usual ways to drive it.
class Round {
 public:
  using Actions = std::vector<server::Action>;

  explicit Round(server::RoundSettings settings, std::size_t selected = 0,
                 server::RoundCore::Resume resume = {})
      : core(settings, std::make_shared<FirstUsers>(selected == 0 ? settings.communicating : selected),
             std::move(resume)) {}

  Actions step(const server::Event& event) { return core.step(now, event); }

  Actions connect(std::uint32_t user) { return step(server::event::UserConnected{UserId{user}}); }
  Actions leave(std::uint32_t user) { return step(server::event::UserLeft{UserId{user}}); }
  Actions offer(std::uint32_t user, std::uint8_t update, bool nothing = false) {
    return offer_for(core.round(), core.attempt(), user, update, nothing);
  }
  Actions offer_for(std::uint32_t round, std::uint32_t attempt, std::uint32_t user, std::uint8_t update,
                    bool nothing = false) {
    return step(server::event::UpdateOffered{UserId{user}, round, attempt, digest(update), nothing});
  }
  Actions arrive(std::uint32_t user, std::uint8_t update, const std::string& problem = "") {
    return step(
        server::event::UpdateArrived{UserId{user}, core.round(), core.attempt(), digest(update), problem});
  }
  /// Offers and delivers.
  Actions upload(std::uint32_t user, std::uint8_t update) {
    offer(user, update);
    return arrive(user, update);
  }
  Actions tick_at(double time) {
    now = time;
    return step(server::event::Tick{});
  }
  /// Started and the attempt stored, with all of `users` connected.
  Actions open(const std::vector<std::uint32_t>& users) {
    for (const std::uint32_t user : users) connect(user);
    step(server::event::Started{});
    return step(server::event::AttemptStored{});
  }
  server::SeatState seat(std::uint32_t slot) const { return core.seat_states().at(SlotId{slot}); }

  double now = 0;
  server::RoundCore core;
};

/// 2 of 4 users in each of 2 rounds, within 100 s.
inline server::RoundSettings alternate() {
  server::RoundSettings s;
  s.users = 4;
  s.communicating = 2;
  s.rounds = 2;
  s.order = server::Order::kAlternate;
  s.deadline_s = 100;
  return s;
}

inline server::RoundSettings parallel() {
  server::RoundSettings s = alternate();
  s.order = server::Order::kParallel;
  return s;
}

/// Drives the open round, whose members are complete, to its commit.
inline void commit(Round& round) {
  round.step(server::event::Averaged{});
  round.step(server::event::ServerTrained{});
  round.step(server::event::Committed{});
}

}  // namespace covey::testing
