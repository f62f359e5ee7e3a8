#include "tests/server/support/fake_network.h"

#include <algorithm>

namespace covey::testing {

void Clock::at(double time, std::function<void()> what) {
  entries_.push({time, next_number_++, std::move(what)});
}

bool Clock::advance() {
  if (entries_.empty()) return false;
  const Entry entry = entries_.top();
  entries_.pop();
  now_ = std::max(now_, entry.at);
  entry.what();
  return true;
}

SessionId FakeNetwork::connect(std::uint32_t device) {
  devices_[next_session_] = device;
  return next_session_++;
}

std::vector<SessionId> FakeNetwork::sessions() const {
  std::vector<SessionId> ids;
  for (const auto& [id, device] : devices_) ids.push_back(id);
  return ids;
}

void FakeNetwork::send(SessionId session, const wire::Message& message, bool up) {
  if (!alive(session) || chance(weather.lose)) return;
  const int copies = chance(weather.duplicate) ? 2 : 1;
  for (int copy = 0; copy < copies; ++copy) {
    double arrival = clock_.now() + weather.delay_max_s * random_.uniform_double();
    double& last = last_arrival_[{session, up}];
    if (!chance(weather.reorder)) arrival = std::max(arrival, last);
    last = std::max(last, arrival);
    deliver_after(arrival - clock_.now(), session, message, up);
  }
}

void FakeNetwork::deliver_after(double delay, SessionId session, const wire::Message& message, bool up) {
  clock_.after(delay, [this, session, message, up] {
    if (!alive(session)) return;
    (up ? to_coordinator : to_device)(session, device_of(session), message);
  });
}

}  // namespace covey::testing
