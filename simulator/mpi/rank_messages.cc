#include "simulator/mpi/rank_messages.h"

#include "common/wire/envelope.h"

namespace covey::simulator {

namespace {

void put_digest(ByteWriter& out, const Digest& digest) {
  out.put_bytes({digest.bytes.data(), digest.bytes.size()});
}

Result<Digest> get_digest(ByteReader& in) {
  Digest digest;
  COVEY_ASSIGN_OR_RETURN(const ByteSpan bytes, in.get_bytes(digest.bytes.size(), "digest"));
  std::copy(bytes.begin(), bytes.end(), digest.bytes.begin());
  return digest;
}

/// u64 length, then the bytes.
void put_block(ByteWriter& out, ByteSpan bytes) {
  out.put(static_cast<std::uint64_t>(bytes.size()));
  out.put_bytes(bytes);
}

Result<ByteSpan> get_block(ByteReader& in, const char* what) {
  COVEY_ASSIGN_OR_RETURN(const auto size, in.get<std::uint64_t>(what));
  return in.get_bytes(size, what);
}

Status check_end(const ByteReader& in) {
  return in.remaining() == 0 ? ok_status() : corrupt("a message between ranks has bytes after its end");
}

/// A report travels as in the offer of a device, so that it has one format.
Bytes encode_offer(const client::TaskResult& result) {
  wire::UpdateOffer offer;
  offer.nothing_to_report = result.nothing_to_report;
  offer.update_bytes = result.update.size();
  offer.report = result.report;
  return wire::encode(offer).envelope;
}

Status decode_offer(ByteSpan bytes, client::TaskResult& result) {
  wire::Frames frames;
  frames.envelope.assign(bytes.begin(), bytes.end());
  COVEY_ASSIGN_OR_RETURN(const wire::Message message,
                         wire::decode(std::move(frames), wire::Side::kCoordinator));
  const auto* offer = std::get_if<wire::UpdateOffer>(&message);
  if (offer == nullptr) return corrupt("a result between ranks carries no offer");
  result.nothing_to_report = offer->nothing_to_report;
  result.report = offer->report;
  return ok_status();
}

}  // namespace

Bytes encode(const RankModel& model) {
  ByteWriter out;
  out.put(model.round);
  put_digest(out, model.digest);
  put_block(out, model.container);
  return out.take();
}

Result<RankModel> decode_rank_model(ByteSpan bytes) {
  ByteReader in(bytes);
  RankModel model;
  COVEY_ASSIGN_OR_RETURN(model.round, in.get<std::uint32_t>("round"));
  COVEY_ASSIGN_OR_RETURN(model.digest, get_digest(in));
  COVEY_ASSIGN_OR_RETURN(const ByteSpan container, get_block(in, "model"));
  model.container.assign(container.begin(), container.end());
  COVEY_RETURN_IF_ERROR(check_end(in));
  return model;
}

Bytes encode(const RankTask& task) {
  ByteWriter out;
  out.put(task.id);
  out.put(task.task.round);
  out.put(task.task.attempt);
  out.put(task.task.user.value);
  out.put(task.task.curvature_probes);
  put_digest(out, task.model);
  put_block(out, learn::encode_member_state(task.state));
  return out.take();
}

Result<RankTask> decode_rank_task(ByteSpan bytes) {
  ByteReader in(bytes);
  RankTask task;
  COVEY_ASSIGN_OR_RETURN(task.id, in.get<std::uint64_t>("id"));
  COVEY_ASSIGN_OR_RETURN(task.task.round, in.get<std::uint32_t>("round"));
  COVEY_ASSIGN_OR_RETURN(task.task.attempt, in.get<std::uint32_t>("attempt"));
  COVEY_ASSIGN_OR_RETURN(task.task.user.value, in.get<std::uint32_t>("user"));
  COVEY_ASSIGN_OR_RETURN(task.task.curvature_probes, in.get<std::uint32_t>("curvature probes"));
  COVEY_ASSIGN_OR_RETURN(task.model, get_digest(in));
  COVEY_ASSIGN_OR_RETURN(const ByteSpan state, get_block(in, "state"));
  COVEY_ASSIGN_OR_RETURN(task.state, learn::decode_member_state(state));
  COVEY_RETURN_IF_ERROR(check_end(in));
  return task;
}

Bytes encode(const RankResult& result) {
  ByteWriter out;
  out.put(result.id);
  out.put(static_cast<std::uint8_t>(result.result.ok() ? 1 : 0));
  if (!result.result.ok()) {
    put_block(out, as_bytes(result.result.status().message()));
    return out.take();
  }
  put_block(out, encode_offer(*result.result));
  put_block(out, learn::encode_member_state(result.result->tentative));
  put_block(out, result.result->update);
  return out.take();
}

Result<RankResult> decode_rank_result(ByteSpan bytes) {
  ByteReader in(bytes);
  COVEY_ASSIGN_OR_RETURN(const auto id, in.get<std::uint64_t>("id"));
  COVEY_ASSIGN_OR_RETURN(const auto ok, in.get<std::uint8_t>("outcome"));
  if (ok == 0) {
    COVEY_ASSIGN_OR_RETURN(const ByteSpan message, get_block(in, "reason"));
    COVEY_RETURN_IF_ERROR(check_end(in));
    return RankResult{id, internal_error(std::string(as_text(message)))};
  }
  client::TaskResult result;
  COVEY_ASSIGN_OR_RETURN(const ByteSpan offer, get_block(in, "offer"));
  COVEY_RETURN_IF_ERROR(decode_offer(offer, result));
  COVEY_ASSIGN_OR_RETURN(const ByteSpan state, get_block(in, "state"));
  COVEY_ASSIGN_OR_RETURN(result.tentative, learn::decode_member_state(state));
  COVEY_ASSIGN_OR_RETURN(const ByteSpan update, get_block(in, "update"));
  result.update.assign(update.begin(), update.end());
  COVEY_RETURN_IF_ERROR(check_end(in));
  return RankResult{id, std::move(result)};
}

}  // namespace covey::simulator
