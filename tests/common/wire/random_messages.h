#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "common/base/random.h"
#include "common/wire/envelope.h"

/// Messages with random content inside the limits, one of each kind.
namespace covey::wire {

class RandomMessages {
 public:
  explicit RandomMessages(std::uint64_t seed) : random_(Stream(seed, {}), 0) {}

  std::vector<Message> one_of_each() {
    return {Enroll{text(kTokenBytesMax)},
            Hello{digest(), below(kSamplesMax), random_.coin()},
            Heartbeat{},
            ChunkRequest{digest(), below(kModelBytesMax), random_.below(kCreditsMax + 1)},
            offer(false),
            offer(true),
            Goodbye{},
            Chunk{digest(), below(kModelBytesMax), bytes(1 + random_.below(2000))},
            Enrolled{UserId{number()}, bytes(kPublicKeyBytes)},
            Welcome{UserId{number()}, digest(), bytes(random_.below(kSettingsBytesMax + 1)),
                    bytes(kSignatureBytes)},
            task(),
            UpdateAnswer{number(), number(), digest(), random_.coin(), text(kTextBytesMax)},
            Error{static_cast<ErrorCode>(1 + random_.below(6)), text(kTextBytesMax)},
            Finished{number()}};
  }

 private:
  std::uint32_t number() { return random_.next_u32(); }
  std::uint64_t below(std::uint64_t limit) { return random_.next_u64() % (limit + 1); }

  Digest digest() { return *Digest::from_bytes(bytes(32)); }

  Bytes bytes(std::size_t count) {
    Bytes out(count);
    for (auto& byte : out) byte = static_cast<std::uint8_t>(number());
    return out;
  }

  std::string text(std::size_t bytes_max) {
    std::string out(random_.below(static_cast<std::uint32_t>(bytes_max) + 1), ' ');
    for (char& c : out) c = static_cast<char>(' ' + random_.below(95));
    return out;
  }

  UpdateOffer offer(bool nothing) {
    Report report{random_.normal(),   random_.uniform_double(),        {},
                  below(kSamplesMax), 1000 * random_.uniform_double(), random_.uniform_double()};
    report.pseudo_labels.resize(random_.below(kPseudoLabelClassesMax + 1));
    for (auto& count : report.pseudo_labels) count = number();
    report.curvature.resize(random_.below(kCurvatureAnswersMax + 1));
    for (auto& answer : report.curvature) answer = random_.normal();
    report.curvature_samples = below(kSamplesMax);
    const Bytes along = nothing || random_.coin() ? Bytes() : bytes(1 + random_.below(2000));
    return {number(),
            number(),
            SlotId{number()},
            digest(),
            nothing,
            digest(),
            nothing         ? 0
            : along.empty() ? 1 + below(kModelBytesMax - 1)
                            : along.size(),
            report,
            along};
  }

  Task task() {
    const Bytes along = random_.coin() ? Bytes() : bytes(1 + random_.below(2000));
    return {number(),
            number(),
            SlotId{number()},
            GroupId{number()},
            digest(),
            along.empty() ? 1 + below(999) : along.size(),
            bytes(kSignatureBytes),
            random_.coin(),
            number(),
            number(),
            1000 * random_.uniform_double(),
            random_.below(kCurvatureAnswersMax + 1),
            random_.coin(),
            along};
  }

  Sequence random_;
};

/// The side that may receive `message`.
inline Side receiver_of(const Message& message) {
  const bool from_client =
      std::holds_alternative<Enroll>(message) || std::holds_alternative<Hello>(message) ||
      std::holds_alternative<UpdateOffer>(message) || std::holds_alternative<Goodbye>(message);
  return from_client ? Side::kCoordinator : Side::kClient;
}

}  // namespace covey::wire
