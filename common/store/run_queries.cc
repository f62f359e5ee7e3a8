// What a run's database says about its past: the reading half of RunStore.

#include "common/store/run_store.h"
#include "common/store/statement.h"

namespace covey::store {

namespace {

Result<MemberState> member_state_of(const std::string& name) {
  for (const MemberState state :
       {MemberState::kCounted, MemberState::kNothing, MemberState::kRefused, MemberState::kAbsent}) {
    if (name == member_state_name(state)) return state;
  }
  return corrupt("a member has the unknown state '" + name + "'");
}

/// Reads columns in the order of kRoundQuery, up to the figures.
Result<RoundRecord> read_round(Statement& row) {
  RoundRecord record;
  record.state.round = row.u32();
  record.state.attempt = row.u32();
  record.state.average = row.digest();
  record.state.trainer_state = row.optional_digest();
  RoundFigures& f = record.figures;
  f.seconds = row.real();
  f.server_loss = row.real();
  f.user_loss = row.real();
  f.mask_rate = row.real();
  f.images = row.u64();
  f.bytes_up = row.u64();
  f.bytes_down = row.u64();
  f.bytes_up_fp32 = row.u64();
  f.bytes_down_fp32 = row.u64();
  f.wire_bytes_up = row.u64();
  f.wire_bytes_down = row.u64();
  const std::string pseudo_labels = row.text();
  f.virtual_seconds = row.real();
  record.drawn = row.u32();
  record.counted = row.u32();
  const bool evaluated = row.flag();
  Evaluation evaluation{record.state.round, row.real(), row.real(), row.optional_real(), row.real()};
  if (evaluated) record.evaluation = evaluation;
  COVEY_RETURN_IF_ERROR(row.status());
  COVEY_ASSIGN_OR_RETURN(f.pseudo_labels, parse_counts(pseudo_labels));
  return record;
}

constexpr const char* kRoundQuery =
    "SELECT r.round, r.attempt, r.average, r.trainer_state, r.seconds, r.server_loss, r.user_loss, "
    "r.mask_rate, "
    "  r.images, r.bytes_up, r.bytes_down, r.bytes_up_fp32, r.bytes_down_fp32, r.wire_bytes_up, "
    "r.wire_bytes_down, "
    "  r.pseudo_labels, r.virtual_seconds, "
    "  (SELECT COUNT(*) FROM members m WHERE m.round = r.round AND m.attempt = r.attempt), "
    "  (SELECT COUNT(*) FROM members m WHERE m.round = r.round AND m.attempt = r.attempt AND m.state = "
    "'counted'), "
    "  e.round IS NOT NULL, e.accuracy, e.loss, e.accuracy_as_sent, e.seconds "
    "FROM rounds r LEFT JOIN evaluations e ON e.round = r.round ORDER BY r.round";

}  // namespace

Result<std::optional<CommittedState>> RunStore::latest() const {
  Statement row(database_, "SELECT round FROM rounds ORDER BY round DESC LIMIT 1");
  const bool any = row.next();
  const std::uint32_t round = any ? row.u32() : 0;
  COVEY_RETURN_IF_ERROR(row.status());
  if (!any) return std::optional<CommittedState>();
  COVEY_ASSIGN_OR_RETURN(CommittedState state, committed(round));
  return std::optional<CommittedState>(std::move(state));
}

Result<CommittedState> RunStore::committed(std::uint32_t round) const {
  Statement row(database_,
                "SELECT round, attempt, average, trainer_state, velocity FROM rounds WHERE round = ?", round);
  const bool found = row.next();
  COVEY_RETURN_IF_ERROR(row.status());
  if (!found) return not_found("round " + std::to_string(round) + " is not committed");
  CommittedState state;
  state.round = row.u32();
  state.attempt = row.u32();
  state.average = row.digest();
  state.trainer_state = row.optional_digest();
  state.velocity = row.optional_digest();
  COVEY_RETURN_IF_ERROR(row.status());
  COVEY_ASSIGN_OR_RETURN(state.masters, masters(round));
  return state;
}

Result<std::vector<Digest>> RunStore::masters(std::uint32_t round) const {
  std::vector<Digest> masters;
  Statement rows(database_, "SELECT digest FROM masters WHERE round = ? ORDER BY group_id", round);
  while (rows.next()) masters.push_back(rows.digest());
  COVEY_RETURN_IF_ERROR(rows.status());
  return masters;
}

Result<std::vector<std::uint32_t>> RunStore::rounds_without_evaluation() const {
  std::vector<std::uint32_t> rounds;
  Statement rows(database_,
                 "SELECT round FROM rounds WHERE evaluate AND round NOT IN (SELECT round FROM evaluations) "
                 "ORDER BY round");
  while (rows.next()) rounds.push_back(rows.u32());
  COVEY_RETURN_IF_ERROR(rows.status());
  return rounds;
}

Result<std::optional<LastCounted>> RunStore::last_counted(UserId user) const {
  std::optional<LastCounted> last;
  Statement row(
      database_,
      "SELECT m.round, m.attempt FROM members m JOIN rounds r ON r.round = m.round AND r.attempt = m.attempt "
      "WHERE m.user = ? AND m.state = 'counted' ORDER BY m.round DESC LIMIT 1",
      user);
  if (row.next()) last = LastCounted{row.u32(), row.u32()};
  COVEY_RETURN_IF_ERROR(row.status());
  return last;
}

Result<std::map<UserId, Digest>> RunStore::device_states() const {
  std::map<UserId, Digest> states;
  Statement rows(database_, "SELECT user, digest FROM device_states");
  while (rows.next()) {
    const UserId user = rows.user();
    states[user] = rows.digest();
  }
  COVEY_RETURN_IF_ERROR(rows.status());
  return states;
}

Result<std::vector<RoundRecord>> RunStore::rounds() const {
  std::vector<RoundRecord> rounds;
  Statement rows(database_, kRoundQuery);
  while (rows.next()) {
    COVEY_ASSIGN_OR_RETURN(RoundRecord record, read_round(rows));
    if (record.state.round != rounds.size()) {
      return corrupt(database_.file().string() + ": round " + std::to_string(rounds.size()) + " is missing");
    }
    COVEY_ASSIGN_OR_RETURN(record.state.masters, masters(record.state.round));
    rounds.push_back(std::move(record));
  }
  COVEY_RETURN_IF_ERROR(rows.status());
  COVEY_RETURN_IF_ERROR(read_diversity(rounds));
  COVEY_RETURN_IF_ERROR(read_curvature(rounds));
  return rounds;
}

Result<std::optional<BitPlanRecord>> RunStore::bit_plan(std::uint32_t round) const {
  std::optional<BitPlanRecord> plan;
  Statement row(database_,
                "SELECT round, bit_plan FROM rounds WHERE bit_plan IS NOT NULL AND round <= ? "
                "ORDER BY round DESC LIMIT 1",
                round);
  if (row.next()) plan = BitPlanRecord{row.u32(), row.text()};
  COVEY_RETURN_IF_ERROR(row.status());
  return plan;
}

Result<std::map<std::uint32_t, std::vector<TensorTrace>>> RunStore::curvature(std::uint32_t first) const {
  std::map<std::uint32_t, std::vector<TensorTrace>> measured;
  Statement rows(database_,
                 "SELECT round, tensor, trace, standard_error FROM curvature WHERE round >= ? "
                 "ORDER BY round, tensor",
                 first);
  while (rows.next()) {
    const std::uint32_t round = rows.u32();
    measured[round].push_back({rows.text(), rows.real(), rows.real()});
  }
  COVEY_RETURN_IF_ERROR(rows.status());
  return measured;
}

Status RunStore::read_curvature(std::vector<RoundRecord>& rounds) const {
  COVEY_ASSIGN_OR_RETURN(auto measured, curvature(0));
  for (auto& [round, traces] : measured) {
    if (round < rounds.size()) rounds[round].figures.curvature = std::move(traces);
  }
  return ok_status();
}

Status RunStore::read_diversity(std::vector<RoundRecord>& rounds) const {
  Statement rows(database_,
                 "SELECT round, tensors, among, nodes, d FROM diversity ORDER BY round, tensors, among");
  while (rows.next()) {
    const std::uint32_t round = rows.u32();
    Diversity diversity;
    COVEY_ASSIGN_OR_RETURN(diversity.tensors, diversity_tensors(rows.text()));
    COVEY_ASSIGN_OR_RETURN(diversity.among, diversity_among(rows.text()));
    diversity.nodes = rows.real();
    diversity.d = rows.real();
    if (round < rounds.size()) rounds[round].figures.diversity.push_back(diversity);
  }
  return rows.status();
}

Result<std::vector<RecordedRound>> RunStore::recorded_rounds() const {
  COVEY_ASSIGN_OR_RETURN(const std::vector<RoundRecord> committed, rounds());
  std::vector<RecordedRound> recorded;
  for (const RoundRecord& round : committed) recorded.push_back({round.state.attempt, {}});
  Statement rows(database_,
                 "SELECT m.round, m.slot, m.user, m.group_id FROM members m "
                 "JOIN rounds r ON r.round = m.round AND r.attempt = m.attempt "
                 "WHERE m.state IN ('counted', 'nothing') ORDER BY m.round, m.slot");
  while (rows.next()) {
    const std::uint32_t round = rows.u32();
    const Seat seat{rows.slot(), rows.user(), rows.group()};
    if (round < recorded.size()) recorded[round].present.push_back(seat);
  }
  COVEY_RETURN_IF_ERROR(rows.status());
  return recorded;
}

Result<std::vector<MemberRecord>> RunStore::members(std::uint32_t round, std::uint32_t attempt) const {
  std::vector<MemberRecord> members;
  Statement rows(
      database_,
      "SELECT slot, user, group_id, state, update_digest, bytes_down, bytes_up, loss, mask_rate, images, "
      "train_seconds, reason FROM members "
      "WHERE round = ? AND attempt = ? AND state <> 'drawn' ORDER BY slot",
      round, attempt);
  while (rows.next()) {
    MemberRecord m;
    m.seat = {rows.slot(), rows.user(), rows.group()};
    COVEY_ASSIGN_OR_RETURN(m.state, member_state_of(rows.text()));
    m.update = rows.optional_digest();
    m.bytes_down = rows.u64();
    m.bytes_up = rows.u64();
    m.loss = rows.real();
    m.mask_rate = rows.real();
    m.images = rows.u64();
    m.train_seconds = rows.real();
    m.reason = rows.text();
    members.push_back(std::move(m));
  }
  COVEY_RETURN_IF_ERROR(rows.status());
  return members;
}

Result<RunTotals> RunStore::totals() const {
  COVEY_ASSIGN_OR_RETURN(const std::vector<RoundRecord> committed, rounds());
  RunTotals totals;
  for (const RoundRecord& round : committed) {
    const RoundFigures& f = round.figures;
    ++totals.rounds;
    totals.seconds += f.seconds;
    totals.images += f.images;
    totals.bytes_up += f.bytes_up;
    totals.bytes_down += f.bytes_down;
    totals.bytes_up_fp32 += f.bytes_up_fp32;
    totals.bytes_down_fp32 += f.bytes_down_fp32;
    totals.wire_bytes_up += f.wire_bytes_up;
    totals.wire_bytes_down += f.wire_bytes_down;
  }
  Statement voided(database_, "SELECT COUNT(*) FROM attempts WHERE state = 'void'");
  voided.next();
  totals.void_attempts = voided.u32();
  COVEY_RETURN_IF_ERROR(voided.status());
  return totals;
}

}  // namespace covey::store
