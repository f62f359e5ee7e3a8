#include <capnp/message.h>
#include <capnp/serialize.h>
#include <envelope.capnp.h>

#include <algorithm>
#include <cmath>

#include "common/base/check.h"
#include "common/wire/envelope.h"

namespace covey::wire {

namespace {

capnp::Data::Reader data_of(ByteSpan bytes) {
  return {bytes.data(), bytes.size()};
}
capnp::Data::Reader data_of(const Digest& digest) {
  return data_of(ByteSpan(digest.bytes));
}
capnp::Text::Reader text_of(const std::string& text) {
  return {text.c_str(), text.size()};
}

/// Reasons quote what peers and systems said; the reader of a log wants one line of bounded length.
std::string one_line(std::string text) {
  if (text.size() > kTextBytesMax) text.resize(kTextBytesMax);
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return text;
}

class Encoder {
 public:
  explicit Encoder(schema::Envelope::Builder envelope) : envelope_(envelope) {}

  void operator()(const Enroll& m) {
    COVEY_CHECK(m.token.size() <= kTokenBytesMax, m.token.size());
    envelope_.initEnroll().setToken(text_of(m.token));
  }

  void operator()(const Hello& m) {
    auto hello = envelope_.initHello();
    hello.setProbe(data_of(m.probe));
    hello.setSamples(m.samples);
    hello.setResuming(m.resuming);
  }

  void operator()(const Heartbeat&) { envelope_.setHeartbeat(); }
  void operator()(const Goodbye&) { envelope_.setGoodbye(); }

  void operator()(const ChunkRequest& m) {
    auto request = envelope_.initChunkRequest();
    request.setDigest(data_of(m.digest));
    request.setOffset(m.offset);
    request.setChunks(m.chunks);
  }

  void operator()(const UpdateOffer& m) {
    auto offer = envelope_.initUpdateOffer();
    offer.setRound(m.round);
    offer.setAttempt(m.attempt);
    offer.setSlot(m.slot.value);
    offer.setModel(data_of(m.model));
    offer.setNothingToReport(m.nothing_to_report);
    offer.setUpdate(data_of(m.update));
    offer.setUpdateBytes(m.update_bytes);
    put(m.report, offer.initReport());
  }

  void operator()(const Chunk& m) {
    auto chunk = envelope_.initChunk();
    chunk.setDigest(data_of(m.digest));
    chunk.setOffset(m.offset);
  }

  void operator()(const Enrolled& m) {
    COVEY_CHECK(m.signing_key.size() == kPublicKeyBytes, m.signing_key.size());
    auto enrolled = envelope_.initEnrolled();
    enrolled.setUser(m.user.value);
    enrolled.setSigningKey(data_of(m.signing_key));
  }

  void operator()(const Welcome& m) {
    COVEY_CHECK(m.settings.size() <= kSettingsBytesMax, m.settings.size());
    COVEY_CHECK(m.signature.size() == kSignatureBytes, m.signature.size());
    auto welcome = envelope_.initWelcome();
    welcome.setUser(m.user.value);
    welcome.setRunId(data_of(m.run_id));
    welcome.setSettings(data_of(m.settings));
    welcome.setSignature(data_of(m.signature));
  }

  void operator()(const Task& m) {
    COVEY_CHECK(m.signature.size() == kSignatureBytes, m.signature.size());
    auto task = envelope_.initTask();
    task.setRound(m.round);
    task.setAttempt(m.attempt);
    task.setSlot(m.slot.value);
    task.setGroup(m.group.value);
    task.setModel(data_of(m.model));
    task.setModelBytes(m.model_bytes);
    task.setSignature(data_of(m.signature));
    task.setCountedBefore(m.counted_before);
    task.setLastCountedRound(m.last_counted_round);
    task.setLastCountedAttempt(m.last_counted_attempt);
    COVEY_CHECK(!std::isnan(m.seconds_left));
    task.setSecondsLeft(std::clamp(m.seconds_left, 0.0, kSecondsMax));
    task.setCurvatureProbes(m.curvature_probes);
    task.setUpdateWithOffer(m.update_with_offer);
  }

  void operator()(const UpdateAnswer& m) {
    auto answer = envelope_.initUpdateAnswer();
    answer.setRound(m.round);
    answer.setAttempt(m.attempt);
    answer.setUpdate(data_of(m.update));
    answer.setAccepted(m.accepted);
    answer.setReason(text_of(one_line(m.reason)));
  }

  void operator()(const Error& m) {
    auto error = envelope_.initError();
    error.setCode(static_cast<std::uint16_t>(m.code));
    error.setText(text_of(one_line(m.text)));
  }

  void operator()(const Finished& m) { envelope_.initFinished().setRounds(m.rounds); }

 private:
  void put(const Report& m, schema::Report::Builder report) {
    COVEY_CHECK(m.pseudo_labels.size() <= kPseudoLabelClassesMax, m.pseudo_labels.size());
    report.setLoss(m.loss);
    report.setMaskRate(m.mask_rate);
    auto labels = report.initPseudoLabels(static_cast<unsigned>(m.pseudo_labels.size()));
    for (unsigned i = 0; i < labels.size(); ++i) labels.set(i, m.pseudo_labels[i]);
    report.setImages(m.images);
    report.setTrainSeconds(m.train_seconds);
    report.setConfidence(m.confidence);
    COVEY_CHECK(m.curvature.size() <= kCurvatureAnswersMax, m.curvature.size());
    auto curvature = report.initCurvature(static_cast<unsigned>(m.curvature.size()));
    for (unsigned i = 0; i < curvature.size(); ++i) curvature.set(i, m.curvature[i]);
    report.setCurvatureSamples(m.curvature_samples);
  }

  schema::Envelope::Builder envelope_;
};

/// Words that hold any envelope except for its variable parts, which are added.
constexpr std::size_t kWordsBase = 128;

std::size_t words_for(const Message& message) {
  std::size_t bytes = 0;
  if (const auto* welcome = std::get_if<Welcome>(&message)) bytes = welcome->settings.size();
  if (const auto* offer = std::get_if<UpdateOffer>(&message)) {
    bytes = sizeof(std::uint32_t) * offer->report.pseudo_labels.size() +
            sizeof(double) * offer->report.curvature.size();
  }
  if (std::holds_alternative<Error>(message) || std::holds_alternative<UpdateAnswer>(message))
    bytes = kTextBytesMax;
  return kWordsBase + bytes / sizeof(capnp::word) + 1;
}

/// Of the kinds that have a second frame.
Bytes* bytes_of(Message& message) {
  if (auto* chunk = std::get_if<Chunk>(&message)) return &chunk->bytes;
  if (auto* task = std::get_if<Task>(&message)) return &task->bytes;
  if (auto* offer = std::get_if<UpdateOffer>(&message)) return &offer->bytes;
  return nullptr;
}

Bytes envelope_of(const Message& message) {
  // The first segment is large enough for everything, so that there is exactly one.
  capnp::MallocMessageBuilder builder(static_cast<unsigned>(words_for(message)));
  auto envelope = builder.initRoot<schema::Envelope>();
  envelope.setMajor(kProtocolMajor);
  envelope.setMinor(kProtocolMinor);
  std::visit(Encoder(envelope), message);
  COVEY_CHECK(builder.getSegmentsForOutput().size() == 1);

  const auto words = capnp::messageToFlatArray(builder);
  const auto bytes = words.asBytes();
  COVEY_CHECK(bytes.size() <= kEnvelopeBytesMax, bytes.size());
  return {bytes.begin(), bytes.end()};
}

}  // namespace

Bytes encode_envelope(const Message& message) {
  return envelope_of(message);
}

Frames encode(Message message) {
  Frames frames;
  frames.envelope = envelope_of(message);
  if (Bytes* bytes = bytes_of(message); bytes != nullptr && !bytes->empty()) {
    COVEY_CHECK(bytes->size() <= kChunkBytes, bytes->size());
    frames.blob = std::move(*bytes);
    frames.has_blob = true;
  }
  COVEY_CHECK(frames.has_blob || !std::holds_alternative<Chunk>(message), "a chunk without bytes");
  return frames;
}

}  // namespace covey::wire
