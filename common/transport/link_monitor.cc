#include "common/transport/link_monitor.h"

#include <cerrno>
#include <cstdint>
#include <cstring>

#include "common/transport/zmq_socket.h"

namespace covey::transport::detail {

namespace {

constexpr const char* kAddress = "inproc://link";
constexpr int kEvents = ZMQ_EVENT_CONNECTED | ZMQ_EVENT_CLOSED | ZMQ_EVENT_DISCONNECTED |
                        ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH |
                        ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL;
constexpr int kRefusedByPolicy = 400;

}  // namespace

LinkMonitor::LinkMonitor(zmq::context_t& context, zmq::socket_t& watched, std::string where)
    : events_(context, zmq::socket_type::pair), where_(std::move(where)) {
  if (zmq_socket_monitor(watched.handle(), kAddress, kEvents) != 0) throw zmq::error_t();
  events_.set(zmq::sockopt::linger, 0);
  events_.connect(kAddress);
}

void LinkMonitor::read() {
  // An event is two frames: u16 number and u32 value, then the address.
  while (const auto event = receive_parts(events_, 2)) {
    std::uint16_t number = 0;
    std::int32_t value = 0;
    const zmq::message_t& head = event->kept[0];
    COVEY_CHECK(head.size() == sizeof(number) + sizeof(value), head.size());
    std::memcpy(&number, head.data(), sizeof(number));
    std::memcpy(&value, head.data<char>() + sizeof(number), sizeof(value));
    on_event(number, value);
  }
}

void LinkMonitor::on_event(int event, int value) {
  switch (event) {
    case ZMQ_EVENT_CONNECTED:
      stage_ = Stage::kHandshake;
      return;
    case ZMQ_EVENT_HANDSHAKE_SUCCEEDED:
      stage_ = Stage::kReady;
      return;
    case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH:
      return fail(value == kRefusedByPolicy
                      ? refused("handshake failed: the coordinator refuses this device's key")
                      : unavailable("handshake failed: too many new devices at once, try again later"));
    case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL:
      return fail(refused("handshake failed: " + where_ + " does not answer like a Covey coordinator"));
    case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL:
      return on_handshake_ended(value);
    case ZMQ_EVENT_DISCONNECTED:
    case ZMQ_EVENT_CLOSED:
      return on_closed();
    default:
      return;
  }
}

void LinkMonitor::on_handshake_ended(int error) {
  // The event names the last error of the socket; when the time ran out there was none of these.
  if (error == EPIPE || error == ECONNRESET) return on_closed();
  fail(unavailable("no answer from " + where_));
}

void LinkMonitor::on_closed() {
  switch (stage_) {
    case Stage::kConnecting:
      return fail(unavailable("no answer from " + where_));
    case Stage::kHandshake:
      // A server that cannot open the greeting closes the connection and gives no reason.
      return fail(
          refused("handshake failed: " + where_ +
                  " closed the connection: the server key is wrong, or no Covey coordinator listens there"));
    case Stage::kReady:
      return fail(unavailable("connection to " + where_ + " lost"));
  }
}

void LinkMonitor::fail(Status status) {
  if (failure_.ok()) failure_ = std::move(status);
}

}  // namespace covey::transport::detail
