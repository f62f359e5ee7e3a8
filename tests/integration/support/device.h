#pragma once

#include <deque>
#include <memory>
#include <optional>

#include "common/security/keys.h"
#include "common/transport/client.h"
#include "common/wire/messages.h"
#include "tests/integration/support/federation.h"

namespace covey::testing {

/// A device under the test's control: an enrolled key and the real socket, but nothing that keeps it from
/// sending what a covey-client never would.
class Device {
 public:
  /// With the keys of a client folder.
  Device(const Federation& federation, std::uint32_t user);
  /// With keys of its own; `server_key` may be wrong.
  Device(const std::string& endpoint, const security::PublicKey& server_key, const security::CurveKeys& keys);

  void send(wire::Message message);
  void send_frames(wire::Frames frames);

  /// The next message of kind T; others stay for later calls. Empty after `seconds`, or when the link fails.
  template <typename T>
  std::optional<T> next(double seconds = 20);

  /// Says hello; false when the coordinator does not welcome.
  bool greet(bool resuming = false);
  /// The task of this round or a later one.
  std::optional<wire::Task> task_of(std::uint32_t round);
  /// All bytes of the task's model.
  Bytes fetch_model(const wire::Task& task);

  /// Offers `update` as the task's result, sends `sent` when asked, and returns the answer.
  std::optional<wire::UpdateAnswer> deliver(const wire::UpdateOffer& offer, const Bytes& sent);
  std::optional<wire::UpdateAnswer> deliver(const wire::Task& task, const Bytes& update) {
    return deliver(offer_of(task, update), update);
  }
  /// "Nothing confident": ends the task without an update.
  std::optional<wire::UpdateAnswer> report_nothing(const wire::Task& task);
  static wire::UpdateOffer offer_of(const wire::Task& task, const Bytes& update);

  const Status& failure() const { return failure_; }

 private:
  std::optional<wire::Message> receive(double deadline);
  std::optional<wire::UpdateAnswer> serve(const Bytes& blob, const wire::UpdateOffer& offer);

  std::unique_ptr<transport::Client> link_;
  std::deque<wire::Message> kept_;  ///< arrived, and not asked for yet
  Status failure_;
};

template <typename T>
std::optional<T> Device::next(double seconds) {
  const double deadline = monotonic_seconds() + seconds;
  for (auto kept = kept_.begin(); kept != kept_.end(); ++kept) {
    if (!std::holds_alternative<T>(*kept)) continue;
    T wanted = std::get<T>(std::move(*kept));
    kept_.erase(kept);
    return wanted;
  }
  while (auto message = receive(deadline)) {
    if (auto* wanted = std::get_if<T>(&*message)) return std::move(*wanted);
    kept_.push_back(*std::move(message));
  }
  return std::nullopt;
}

/// The container with the first value of its first plain tensor replaced; the checksum fits.
Bytes with_first_value(Bytes container, float value);

}  // namespace covey::testing
