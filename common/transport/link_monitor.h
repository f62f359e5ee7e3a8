#pragma once

#include <string>
#include <zmq.hpp>

#include "common/base/status.h"

namespace covey::transport::detail {

/// Follows the one connection of a client's socket, so that a failure can be told in words.
class LinkMonitor {
 public:
  ///   where  HOST:PORT, for messages
  LinkMonitor(zmq::context_t& context, zmq::socket_t& watched, std::string where);

  zmq::socket_t& socket() { return events_; }
  /// Takes in all events that wait.
  void read();

  bool ready() const { return stage_ == Stage::kReady; }
  const Status& failure() const { return failure_; }
  void close() { events_.close(); }

 private:
  enum class Stage { kConnecting, kHandshake, kReady };

  void on_event(int event, int value);
  void on_handshake_ended(int error);
  void on_closed();
  void fail(Status status);

  zmq::socket_t events_;
  std::string where_;
  Stage stage_ = Stage::kConnecting;
  Status failure_;
};

}  // namespace covey::transport::detail
