#include "tests/integration/support/device.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "common/base/check.h"
#include "common/quant/crc32c.h"
#include "common/security/server_key.h"
#include "common/transport/chunks.h"
#include "common/wire/envelope.h"

namespace covey::testing {

namespace {

security::CurveKeys keys_in(const fs::path& device) {
  auto keys = security::load_curve_keys(device / "keys");
  COVEY_CHECK(keys.ok(), keys.status().message());
  return *keys;
}

security::PublicKey curve_key(const std::string& server_key) {
  const auto key = security::parse_server_key(server_key);
  COVEY_CHECK(key.ok());
  return key->curve;
}

}  // namespace

Device::Device(const Federation& federation, std::uint32_t user)
    : Device(federation.endpoint(), curve_key(federation.server_key()),
             keys_in(federation.client_folder(user))) {}

Device::Device(const std::string& endpoint, const security::PublicKey& server_key,
               const security::CurveKeys& keys) {
  auto link = transport::Client::connect(endpoint, server_key, keys);
  COVEY_CHECK(link.ok(), link.status().message());
  link_ = *std::move(link);
}

void Device::send(wire::Message message) {
  send_frames(wire::encode(std::move(message)));
}

void Device::send_frames(wire::Frames frames) {
  const Status sent = link_->send(std::move(frames));
  EXPECT_TRUE(sent.ok()) << sent.message();
}

std::optional<wire::Message> Device::receive(double deadline) {
  while (true) {
    auto frames = link_->receive();
    if (frames.ok() && *frames) {
      auto message = wire::decode(**std::move(frames), wire::Side::kClient);
      COVEY_CHECK(message.ok(), message.status().message());
      return *std::move(message);
    }
    const double left = deadline - monotonic_seconds();
    if (link_->link() == transport::Client::Link::kFailed) failure_ = link_->failure();
    if (left <= 0 || !failure_.ok()) return std::nullopt;
    COVEY_CHECK(link_->wait(left).ok());
  }
}

bool Device::greet(bool resuming) {
  send(wire::Hello{Digest{}, 100, resuming});
  return next<wire::Welcome>().has_value();
}

std::optional<wire::Task> Device::task_of(std::uint32_t round) {
  auto task = next<wire::Task>();
  while (task && task->round < round) task = next<wire::Task>();
  return task;
}

Bytes Device::fetch_model(const wire::Task& task) {
  Bytes model;
  transport::ChunkReceiver receiver(task.model, task.model_bytes, 4, [&model](ByteSpan bytes) {
    model.insert(model.end(), bytes.begin(), bytes.end());
    return ok_status();
  });
  while (!receiver.complete()) {
    while (const auto request = receiver.next_request()) send(*request);
    const auto chunk = next<wire::Chunk>();
    if (!chunk || !receiver.accept(*chunk).ok()) return {};
  }
  return model;
}

wire::UpdateOffer Device::offer_of(const wire::Task& task, const Bytes& update) {
  wire::UpdateOffer offer;
  offer.round = task.round;
  offer.attempt = task.attempt;
  offer.slot = task.slot;
  offer.model = task.model;
  offer.update = sha256(update);
  offer.update_bytes = update.size();
  return offer;
}

std::optional<wire::UpdateAnswer> Device::deliver(const wire::UpdateOffer& offer, const Bytes& sent) {
  send(offer);
  return serve(sent, offer);
}

std::optional<wire::UpdateAnswer> Device::serve(const Bytes& blob, const wire::UpdateOffer& offer) {
  const double deadline = monotonic_seconds() + 20;
  while (auto message = receive(deadline)) {
    if (const auto* answer = std::get_if<wire::UpdateAnswer>(&*message)) {
      if (answer->round == offer.round && answer->update == offer.update) return *answer;
    }
    const auto* request = std::get_if<wire::ChunkRequest>(&*message);
    if (request == nullptr) {
      kept_.push_back(*std::move(message));
      continue;
    }
    const auto first = std::min<std::uint64_t>(request->offset, blob.size());
    const auto count = std::min<std::uint64_t>(blob.size() - first, wire::kChunkBytes);
    const auto begin = blob.begin() + static_cast<std::ptrdiff_t>(first);
    send(wire::Chunk{request->digest, request->offset, {begin, begin + static_cast<std::ptrdiff_t>(count)}});
  }
  return std::nullopt;
}

std::optional<wire::UpdateAnswer> Device::report_nothing(const wire::Task& task) {
  wire::UpdateOffer offer = offer_of(task, {});
  offer.nothing_to_report = true;
  return deliver(offer, {});
}

Bytes with_first_value(Bytes container, float value) {
  constexpr std::size_t kFirstRecord = 44;
  const std::size_t rank = container.at(kFirstRecord + 3);
  COVEY_CHECK(container[kFirstRecord] == 0 && rank == 1, "the first tensor is a plain vector");
  std::uint32_t count = 0;
  std::memcpy(&count, &container.at(kFirstRecord + 4), sizeof(count));
  const std::size_t values = kFirstRecord + 4 + 4 * rank + 4;
  std::memcpy(&container.at(values), &value, sizeof(value));
  const std::size_t end = values + sizeof(float) * count;
  const std::uint32_t checksum = quant::crc32c({container.data() + kFirstRecord, end - kFirstRecord});
  std::memcpy(&container.at(end), &checksum, sizeof(checksum));
  return container;
}

}  // namespace covey::testing
