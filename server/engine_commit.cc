// What an engine writes of a round.

#include <algorithm>

#include "server/engine.h"

namespace covey::server {

namespace {

ByteSpan raw_bytes(const Values& values) {
  return {reinterpret_cast<const std::uint8_t*>(values.data()), values.size() * sizeof(float)};
}

store::MemberState stored_state(SeatState state) {
  switch (state) {
    case SeatState::kDrawn:
    case SeatState::kOffered:
    case SeatState::kAbsent:
      return store::MemberState::kAbsent;
    case SeatState::kCounted:
      return store::MemberState::kCounted;
    case SeatState::kNothing:
      return store::MemberState::kNothing;
    case SeatState::kRefused:
      return store::MemberState::kRefused;
  }
  return store::MemberState::kAbsent;
}

store::Diversity stored_diversity(const average::MeasuredDiversity& measured) {
  using D = store::Diversity;
  return {measured.classifier_only ? D::Tensors::kClassifier : D::Tensors::kAll,
          measured.inside_groups ? D::Among::kGroup : D::Among::kRound, measured.nodes, measured.d};
}

}  // namespace

std::vector<store::MemberRecord> Engine::member_records(const std::map<SlotId, SeatState>& states) const {
  std::vector<store::MemberRecord> members;
  for (const auto& [slot, seat] : seats_) {
    store::MemberRecord member;
    member.seat = {slot, seat.user, seat.group};
    member.state = stored_state(states.at(slot));
    if (seat.update != Digest{}) member.update = seat.update;
    member.bytes_down = seat.bytes_down;
    const bool arrived =
        member.state == store::MemberState::kCounted || member.state == store::MemberState::kRefused;
    member.bytes_up = arrived ? seat.bytes_up : 0;
    member.loss = seat.report.loss;
    member.mask_rate = seat.report.mask_rate;
    member.images = seat.report.images;
    member.train_seconds = seat.report.train_seconds;
    member.reason = seat.reason;
    members.push_back(std::move(member));
  }
  return members;
}

double Engine::virtual_seconds() const {
  return parts_.stopwatch ? parts_.clock() - round_started_->clock : 0;
}

store::RoundFigures Engine::figures(const std::vector<store::MemberRecord>& members) {
  store::RoundFigures f;
  f.seconds = real_seconds() - round_started_->real;
  f.virtual_seconds = virtual_seconds();
  f.server_loss = server_report_.loss;
  f.images = server_report_.images;
  f.pseudo_labels.assign(static_cast<std::size_t>(parts_.setup.spec.classes), 0);
  std::size_t counted = 0;
  std::size_t present = 0;
  for (const store::MemberRecord& member : members) {  // in slot order, so that sums of floats have one value
    f.bytes_down += member.bytes_down;
    f.bytes_up += member.bytes_up;
    if (member.bytes_down > 0) f.bytes_down_fp32 += exchanged_.fp32_bytes();
    if (member.bytes_up > 0) f.bytes_up_fp32 += update_.fp32_bytes();
    const bool is_counted = member.state == store::MemberState::kCounted;
    if (!is_counted && member.state != store::MemberState::kNothing) continue;
    ++present;
    f.mask_rate += member.mask_rate;
    const auto& labels = seats_.at(member.seat.slot).report.pseudo_labels;
    for (std::size_t c = 0; c < std::min(labels.size(), f.pseudo_labels.size()); ++c)
      f.pseudo_labels[c] += labels[c];
    if (!is_counted) continue;
    ++counted;
    f.user_loss += member.loss;
    f.images += member.images;
  }
  if (counted > 0) f.user_loss /= static_cast<double>(counted);
  if (present > 0) f.mask_rate /= static_cast<double>(present);
  std::tie(f.wire_bytes_up, f.wire_bytes_down) = parts_.clients->take_wire_bytes();
  for (const average::MeasuredDiversity& d : diversity_) f.diversity.push_back(stored_diversity(d));
  return f;
}

bool Engine::evaluation_due(std::uint32_t round) const {
  const config::Federation& f = parts_.experiment.federation;
  return (round + 1) % f.evaluate_every == 0 || round + 1 == f.rounds;
}

Result<store::CommitRecord> Engine::commit_record(const action::Commit& commit) {
  store::CommitRecord record;
  store::BlobStore& blobs = parts_.store->blobs();
  record.state.round = commit.round;
  record.state.attempt = commit.attempt;
  for (const Values& master : next_models_.masters) {
    COVEY_ASSIGN_OR_RETURN(const Digest digest, blobs.put(raw_bytes(master)));
    record.state.masters.push_back(digest);
  }
  record.state.average = record.state.masters.front();
  if (record.state.masters.size() > 1) {
    COVEY_ASSIGN_OR_RETURN(record.state.average, blobs.put(raw_bytes(next_models_.mean)));
  }
  COVEY_ASSIGN_OR_RETURN(record.state.trainer_state,
                         blobs.put(learn::encode_member_state(next_server_state_)));
  if (!next_velocity_.empty()) {
    COVEY_ASSIGN_OR_RETURN(record.state.velocity, blobs.put(raw_bytes(next_velocity_)));
  }
  record.members = member_records(commit.seats);
  record.figures = figures(record.members);
  record.evaluate = evaluation_due(commit.round);
  std::vector<UserId> counted;
  for (const store::MemberRecord& member : record.members) {
    if (member.state == store::MemberState::kCounted) counted.push_back(member.seat.user);
  }
  record.device_states = parts_.clients->committed_device_states(counted);
  return record;
}

}  // namespace covey::server
