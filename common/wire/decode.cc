#include <capnp/message.h>
#include <capnp/serialize.h>
#include <envelope.capnp.h>

#include <cmath>
#include <cstring>

#include "common/wire/envelope.h"

namespace covey::wire {

namespace {

using Kind = schema::Envelope::Which;

/// The bytes in front of the words: a count of segments less one, and the words of the only segment.
constexpr std::size_t kHeaderBytes = 8;
constexpr int kNestingMax = 8;

std::string version_text(unsigned major, unsigned minor) {
  return std::to_string(major) + "." + std::to_string(minor);
}

Status other_version(unsigned major, unsigned minor, Side receiver) {
  const bool peer_is_newer = major > kProtocolMajor;  // of the same major only older ones are refused
  const char* here = receiver == Side::kCoordinator ? "coordinator" : "client";
  const char* peer = receiver == Side::kCoordinator ? "client" : "coordinator";
  return refused(std::string("the ") + peer + " speaks protocol " + version_text(major, minor) + ", the " +
                 here + " speaks " + version_text(kProtocolMajor, kProtocolMinor) + ": update the " +
                 (peer_is_newer ? here : peer));
}

Status too_large(const char* what, std::uint64_t value, std::uint64_t limit) {
  return corrupt(std::string(what) + " is " + std::to_string(value) + ", at most " + std::to_string(limit) +
                 " is allowed");
}

Status check_limit(const char* what, std::uint64_t value, std::uint64_t limit) {
  return value > limit ? too_large(what, value, limit) : ok_status();
}

Status check_number(const char* what, double value, double low, double high) {
  // Written so that NaN fails.
  if (value >= low && value <= high) return ok_status();
  return corrupt(std::string(what) + " is " + std::to_string(value) + ", not a number from " +
                 std::to_string(low) + " to " + std::to_string(high));
}

Result<Digest> digest_of(const char* what, capnp::Data::Reader data) {
  auto digest = Digest::from_bytes({data.begin(), data.size()});
  if (!digest.ok()) return digest.status().with_context(what);
  return digest;
}

Result<Bytes> bytes_of(const char* what, capnp::Data::Reader data, std::size_t count) {
  if (data.size() != count) {
    return corrupt(std::string(what) + " has " + std::to_string(data.size()) + " bytes, not " +
                   std::to_string(count));
  }
  return Bytes(data.begin(), data.end());
}

Result<std::string> text_of(const char* what, capnp::Text::Reader text, std::size_t bytes_max) {
  if (text.size() > bytes_max) return too_large(what, text.size(), bytes_max);
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      return corrupt(std::string(what) + " holds a control character");
    }
  }
  return std::string(text.begin(), text.size());
}

Result<Message> read(schema::Enroll::Reader in) {
  COVEY_ASSIGN_OR_RETURN(std::string token, text_of("token", in.getToken(), kTokenBytesMax));
  return Message(Enroll{std::move(token)});
}

Result<Message> read(schema::Hello::Reader in) {
  COVEY_ASSIGN_OR_RETURN(const Digest probe, digest_of("probe", in.getProbe()));
  COVEY_RETURN_IF_ERROR(check_limit("samples", in.getSamples(), kSamplesMax));
  return Message(Hello{probe, in.getSamples(), in.getResuming()});
}

Result<Message> read(schema::ChunkRequest::Reader in) {
  COVEY_ASSIGN_OR_RETURN(const Digest digest, digest_of("digest", in.getDigest()));
  COVEY_RETURN_IF_ERROR(check_limit("offset", in.getOffset(), kModelBytesMax));
  COVEY_RETURN_IF_ERROR(check_limit("chunks", in.getChunks(), kCreditsMax));
  return Message(ChunkRequest{digest, in.getOffset(), in.getChunks()});
}

Result<Report> read_report(schema::Report::Reader in) {
  constexpr double kMagnitudeMax = 1e30;
  COVEY_RETURN_IF_ERROR(check_number("loss", in.getLoss(), -kMagnitudeMax, kMagnitudeMax));
  COVEY_RETURN_IF_ERROR(check_number("mask_rate", in.getMaskRate(), 0, 1));
  COVEY_RETURN_IF_ERROR(check_number("train_seconds", in.getTrainSeconds(), 0, kSecondsMax));
  COVEY_RETURN_IF_ERROR(check_number("confidence", in.getConfidence(), 0, 1));
  COVEY_RETURN_IF_ERROR(check_limit("images", in.getImages(), kSamplesMax));
  const auto labels = in.getPseudoLabels();
  COVEY_RETURN_IF_ERROR(check_limit("pseudo_labels count", labels.size(), kPseudoLabelClassesMax));
  Report out{in.getLoss(), in.getMaskRate(), {}, in.getImages(), in.getTrainSeconds(), in.getConfidence()};
  out.pseudo_labels.reserve(labels.size());
  for (const std::uint32_t count : labels) out.pseudo_labels.push_back(count);
  const auto curvature = in.getCurvature();
  COVEY_RETURN_IF_ERROR(check_limit("curvature count", curvature.size(), kCurvatureAnswersMax));
  for (const double answer : curvature) {
    COVEY_RETURN_IF_ERROR(check_number("curvature", answer, -kMagnitudeMax, kMagnitudeMax));
    out.curvature.push_back(answer);
  }
  COVEY_RETURN_IF_ERROR(check_limit("curvature_samples", in.getCurvatureSamples(), kSamplesMax));
  out.curvature_samples = in.getCurvatureSamples();
  return out;
}

/// The bytes that travel with what they are, whole: `bytes` of them were announced.
Status check_whole(const char* what, const Bytes& blob, std::uint64_t bytes) {
  COVEY_RETURN_IF_ERROR(check_limit(what, blob.size(), kChunkBytes));
  if (blob.empty()) return corrupt(std::string("an empty second frame for the ") + what);
  if (blob.size() == bytes) return ok_status();
  return corrupt(std::string(what) + " is " + std::to_string(blob.size()) + " where " +
                 std::to_string(bytes) + " were announced");
}

Result<Message> read(schema::UpdateOffer::Reader in, Frames& frames) {
  UpdateOffer out;
  out.round = in.getRound();
  out.attempt = in.getAttempt();
  out.slot = SlotId{in.getSlot()};
  COVEY_ASSIGN_OR_RETURN(out.model, digest_of("model", in.getModel()));
  out.nothing_to_report = in.getNothingToReport();
  COVEY_ASSIGN_OR_RETURN(out.update, digest_of("update", in.getUpdate()));
  out.update_bytes = in.getUpdateBytes();
  COVEY_RETURN_IF_ERROR(check_limit("update_bytes", out.update_bytes, kModelBytesMax));
  if (out.nothing_to_report != (out.update_bytes == 0)) {
    return corrupt("update_bytes is " + std::to_string(out.update_bytes) +
                   ": bytes follow exactly when there is something to report");
  }
  COVEY_ASSIGN_OR_RETURN(out.report, read_report(in.getReport()));
  if (frames.has_blob)
    COVEY_RETURN_IF_ERROR(check_whole("bytes with the offer", frames.blob, out.update_bytes));
  out.bytes = std::move(frames.blob);
  return Message(std::move(out));
}

Result<Message> read(schema::Chunk::Reader in, Frames& frames) {
  COVEY_ASSIGN_OR_RETURN(const Digest digest, digest_of("digest", in.getDigest()));
  COVEY_RETURN_IF_ERROR(check_limit("offset", in.getOffset(), kModelBytesMax));
  if (frames.blob.empty()) return corrupt("a chunk without bytes");
  COVEY_RETURN_IF_ERROR(check_limit("chunk bytes", frames.blob.size(), kChunkBytes));
  return Message(Chunk{digest, in.getOffset(), std::move(frames.blob)});
}

Result<Message> read(schema::Enrolled::Reader in) {
  COVEY_ASSIGN_OR_RETURN(Bytes key, bytes_of("signing_key", in.getSigningKey(), kPublicKeyBytes));
  return Message(Enrolled{UserId{in.getUser()}, std::move(key)});
}

Result<Message> read(schema::Welcome::Reader in) {
  Welcome out;
  out.user = UserId{in.getUser()};
  COVEY_ASSIGN_OR_RETURN(out.run_id, digest_of("run_id", in.getRunId()));
  const auto settings = in.getSettings();
  COVEY_RETURN_IF_ERROR(check_limit("settings bytes", settings.size(), kSettingsBytesMax));
  out.settings.assign(settings.begin(), settings.end());
  COVEY_ASSIGN_OR_RETURN(out.signature, bytes_of("signature", in.getSignature(), kSignatureBytes));
  return Message(std::move(out));
}

Result<Message> read(schema::Task::Reader in, Frames& frames) {
  Task out;
  out.round = in.getRound();
  out.attempt = in.getAttempt();
  out.slot = SlotId{in.getSlot()};
  out.group = GroupId{in.getGroup()};
  COVEY_ASSIGN_OR_RETURN(out.model, digest_of("model", in.getModel()));
  out.model_bytes = in.getModelBytes();
  if (out.model_bytes == 0) return corrupt("model_bytes is 0");
  COVEY_RETURN_IF_ERROR(check_limit("model_bytes", out.model_bytes, kModelBytesMax));
  COVEY_ASSIGN_OR_RETURN(out.signature, bytes_of("signature", in.getSignature(), kSignatureBytes));
  out.counted_before = in.getCountedBefore();
  out.last_counted_round = in.getLastCountedRound();
  out.last_counted_attempt = in.getLastCountedAttempt();
  out.seconds_left = in.getSecondsLeft();
  COVEY_RETURN_IF_ERROR(check_number("seconds_left", out.seconds_left, 0, kSecondsMax));
  out.curvature_probes = in.getCurvatureProbes();
  COVEY_RETURN_IF_ERROR(check_limit("curvature_probes", out.curvature_probes, kCurvatureAnswersMax));
  out.update_with_offer = in.getUpdateWithOffer();
  if (frames.has_blob)
    COVEY_RETURN_IF_ERROR(check_whole("bytes with the task", frames.blob, out.model_bytes));
  out.bytes = std::move(frames.blob);
  return Message(std::move(out));
}

Result<Message> read(schema::UpdateAnswer::Reader in) {
  COVEY_ASSIGN_OR_RETURN(const Digest update, digest_of("update", in.getUpdate()));
  COVEY_ASSIGN_OR_RETURN(std::string reason, text_of("reason", in.getReason(), kTextBytesMax));
  return Message(UpdateAnswer{in.getRound(), in.getAttempt(), update, in.getAccepted(), std::move(reason)});
}

Result<Message> read(schema::Error::Reader in) {
  // A code of a newer minor reads as a refusal; its text still tells people what happened.
  const bool known = in.getCode() >= static_cast<std::uint16_t>(ErrorCode::kMalformed) &&
                     in.getCode() <= static_cast<std::uint16_t>(ErrorCode::kBadToken);
  COVEY_ASSIGN_OR_RETURN(std::string text, text_of("text", in.getText(), kTextBytesMax));
  return Message(Error{known ? static_cast<ErrorCode>(in.getCode()) : ErrorCode::kRefused, std::move(text)});
}

Status check_direction(Kind kind, Side receiver) {
  switch (kind) {
    case Kind::ENROLL:
    case Kind::HELLO:
    case Kind::UPDATE_OFFER:
    case Kind::GOODBYE:
      return receiver == Side::kCoordinator ? ok_status() : corrupt("a message that only clients send");
    case Kind::ENROLLED:
    case Kind::WELCOME:
    case Kind::TASK:
    case Kind::UPDATE_ANSWER:
    case Kind::FINISHED:
      return receiver == Side::kClient ? ok_status() : corrupt("a message that only the coordinator sends");
    default:
      return ok_status();
  }
}

bool may_have_bytes(Kind kind) {
  return kind == Kind::CHUNK || kind == Kind::TASK || kind == Kind::UPDATE_OFFER;
}

Result<Message> read_kind(schema::Envelope::Reader in, Frames& frames) {
  switch (in.which()) {
    case Kind::NONE:
      return corrupt("a message without a kind");
    case Kind::ENROLL:
      return read(in.getEnroll());
    case Kind::HELLO:
      return read(in.getHello());
    case Kind::HEARTBEAT:
      return Message(Heartbeat{});
    case Kind::CHUNK_REQUEST:
      return read(in.getChunkRequest());
    case Kind::UPDATE_OFFER:
      return read(in.getUpdateOffer(), frames);
    case Kind::GOODBYE:
      return Message(Goodbye{});
    case Kind::CHUNK:
      return read(in.getChunk(), frames);
    case Kind::ENROLLED:
      return read(in.getEnrolled());
    case Kind::WELCOME:
      return read(in.getWelcome());
    case Kind::TASK:
      return read(in.getTask(), frames);
    case Kind::UPDATE_ANSWER:
      return read(in.getUpdateAnswer());
    case Kind::ERROR:
      return read(in.getError());
    case Kind::FINISHED:
      return Message(Finished{in.getFinished().getRounds()});
  }
  if (in.getMinor() > kProtocolMinor) return Message(Heartbeat{});
  return corrupt("unknown kind " + std::to_string(static_cast<unsigned>(in.which())));
}

Result<Message> read_envelope(schema::Envelope::Reader in, Frames& frames, Side receiver) {
  const bool needs_settings = in.which() == Kind::HELLO || in.which() == Kind::WELCOME;
  if (in.getMajor() != kProtocolMajor || (needs_settings && in.getMinor() < kSettingsMinor))
    return other_version(in.getMajor(), in.getMinor(), receiver);
  COVEY_RETURN_IF_ERROR(check_direction(in.which(), receiver));
  const bool unknown_kind = in.getMinor() > kProtocolMinor && in.which() > Kind::FINISHED;
  if (in.which() == Kind::CHUNK && !frames.has_blob) return corrupt("a chunk without its second frame");
  if (frames.has_blob && !may_have_bytes(in.which()) && !unknown_kind)
    return corrupt("a second frame with a kind that has none");
  return read_kind(in, frames);
}

/// The words of the envelope's segment, copied to where Cap'n Proto may read them: frames are not aligned.
Result<std::vector<capnp::word>> aligned_words(ByteSpan envelope) {
  if (envelope.size() > kEnvelopeBytesMax)
    return too_large("envelope bytes", envelope.size(), kEnvelopeBytesMax);
  ByteReader reader(envelope);
  COVEY_ASSIGN_OR_RETURN(const auto more_segments, reader.get<std::uint32_t>("segment count"));
  COVEY_ASSIGN_OR_RETURN(const auto word_count, reader.get<std::uint32_t>("segment size"));
  if (more_segments != 0) return corrupt("an envelope of more than one segment");
  const std::size_t payload_bytes = envelope.size() - kHeaderBytes;
  if (std::uint64_t{word_count} * sizeof(capnp::word) != payload_bytes) {
    return corrupt("the envelope claims " + std::to_string(word_count) + " words and has " +
                   std::to_string(payload_bytes) + " bytes");
  }
  std::vector<capnp::word> words(word_count);
  if (word_count > 0) std::memcpy(words.data(), envelope.data() + kHeaderBytes, payload_bytes);
  return words;
}

}  // namespace

Result<Message> decode(Frames frames, Side receiver) {
  COVEY_ASSIGN_OR_RETURN(const auto words, aligned_words(frames.envelope));
  try {
    const kj::ArrayPtr<const capnp::word> segment(words.data(), words.size());
    capnp::ReaderOptions options;
    options.traversalLimitInWords = 2 * kEnvelopeBytesMax / sizeof(capnp::word);
    options.nestingLimit = kNestingMax;
    capnp::SegmentArrayMessageReader reader(kj::arrayPtr(&segment, 1), options);
    return read_envelope(reader.getRoot<schema::Envelope>(), frames, receiver);
  } catch (const kj::Exception& error) {
    return corrupt(std::string("envelope: ") + error.getDescription().cStr());
  }
}

Error refusal(const Status& failure) {
  const bool version = failure.code() == Code::kRefused;
  return {version ? ErrorCode::kVersion : ErrorCode::kMalformed, failure.message()};
}

}  // namespace covey::wire
