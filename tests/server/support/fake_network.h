#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <queue>
#include <vector>

#include "common/base/random.h"
#include "common/wire/messages.h"

namespace covey::testing {

/// A virtual clock with things to do at given times.
class Clock {
 public:
  double now() const { return now_; }
  void at(double time, std::function<void()> what);
  void after(double delay, std::function<void()> what) { at(now_ + delay, std::move(what)); }
  /// Does the next thing; false when nothing is left.
  bool advance();

 private:
  struct Entry {
    double at;
    std::uint64_t number;  ///< keeps things due at the same time in order
    std::function<void()> what;
    bool operator<(const Entry& other) const {
      return at != other.at ? at > other.at : number > other.number;
    }
  };
  double now_ = 0;
  std::uint64_t next_number_ = 0;
  std::priority_queue<Entry> entries_;
};

/// How badly the network behaves. All zero: messages arrive once, in order.
struct Weather {
  double lose = 0;       ///< chance that a message vanishes within a session
  double duplicate = 0;  ///< chance that it comes twice
  double reorder = 0;    ///< chance that it may be overtaken
  double delay_max_s = 1;
};

using SessionId = std::uint64_t;

/// Carries messages between devices and the coordinator. A session lives from a device's connect until it is
/// cut; what is on its way then is lost.
class FakeNetwork {
 public:
  FakeNetwork(Clock& clock, Sequence random) : clock_(clock), random_(random) {}

  Weather weather;
  std::function<void(SessionId, std::uint32_t device, const wire::Message&)> to_coordinator;
  std::function<void(SessionId, std::uint32_t device, const wire::Message&)> to_device;

  SessionId connect(std::uint32_t device);
  void cut(SessionId session) { devices_.erase(session); }
  void cut_all() { devices_.clear(); }
  bool alive(SessionId session) const { return devices_.count(session) != 0; }
  std::vector<SessionId> sessions() const;
  std::uint32_t device_of(SessionId session) const { return devices_.at(session); }

  void send_up(SessionId session, const wire::Message& message) { send(session, message, true); }
  void send_down(SessionId session, const wire::Message& message) { send(session, message, false); }

 private:
  void send(SessionId session, const wire::Message& message, bool up);
  void deliver_after(double delay, SessionId session, const wire::Message& message, bool up);
  bool chance(double p) { return random_.uniform_double() < p; }

  Clock& clock_;
  Sequence random_;
  SessionId next_session_ = 1;
  std::map<SessionId, std::uint32_t> devices_;
  std::map<std::pair<SessionId, bool>, double> last_arrival_;
};

}  // namespace covey::testing
