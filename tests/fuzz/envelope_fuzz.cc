// libraries: covey::wire
// Any bytes must decode to a status or to a message that can be sent on and reads back the same.
// Input: one byte (1: the client reads, 2: a second frame follows), then the envelope.
#include "common/base/check.h"
#include "common/wire/envelope.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace covey;
  if (size == 0) return 0;
  const wire::Side side = (data[0] & 1) != 0 ? wire::Side::kClient : wire::Side::kCoordinator;
  wire::Frames frames;
  frames.envelope.assign(data + 1, data + size);
  frames.has_blob = (data[0] & 2) != 0;
  if (frames.has_blob) frames.blob = {1, 2, 3};
  const auto message = wire::decode(std::move(frames), side);
  if (!message.ok()) {
    COVEY_CHECK(!message.status().message().empty());
    return 0;
  }
  const wire::Frames again = wire::encode(*message);
  const auto reread = wire::decode(again, side);
  COVEY_CHECK(reread.ok(), reread.status().message());
  COVEY_CHECK(wire::encode(*reread).envelope == again.envelope);
  return 0;
}
