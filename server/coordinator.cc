#include "server/coordinator.h"

#include <algorithm>
#include <chrono>
#include <ctime>

#include "common/config/client_settings.h"
#include "common/learn/client_setup.h"
#include "common/security/token.h"
#include "server/run_folder.h"

namespace covey::server {

namespace {

constexpr double kSilenceSeconds = 30;
constexpr double kHousekeepingSeconds = 1;
constexpr double kFlushSeconds = 3;
/// Updates of an attempt that may come with their offers: so many chunks of clients that keep the rules may
/// lie in the socket's queues at once, however many clients there are.
constexpr std::size_t kUpdatesWithOffers = 64;
/// Messages handled before timers and the pool get their turn.
constexpr int kMessagesPerTurn = 64;

double monotonic_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::int64_t unix_seconds() {
  return static_cast<std::int64_t>(std::time(nullptr));
}

std::string key_text(const security::PublicKey& key) {
  return to_hex(ByteSpan(key));
}

std::string short_name(const security::PublicKey& key) {
  return key_text(key).substr(0, 12);
}

}  // namespace

Result<std::unique_ptr<Coordinator>> Coordinator::make(CoordinatorParts parts) {
  std::unique_ptr<Coordinator> coordinator(new Coordinator(std::move(parts)));
  COVEY_RETURN_IF_ERROR(coordinator->start());
  return coordinator;
}

Coordinator::Coordinator(CoordinatorParts parts)
    : parts_(std::move(parts)),
      signer_(parts_.identity.signing),
      refusals_(parts_.enrolment, parts_.logger) {}

Coordinator::~Coordinator() {
  pool_.reset();  // its jobs use the engine
}

Status Coordinator::start() {
  const Digest& run_id = parts_.run->info().run_id;
  welcome_.run_id = run_id;
  const std::string settings = config::client_settings_to_toml(learn::client_settings(parts_.setup));
  welcome_.settings.assign(settings.begin(), settings.end());
  welcome_.signature = signer_.sign_settings(run_id, welcome_.settings);
  COVEY_ASSIGN_OR_RETURN(inbox_, UpdateInbox::create(parts_.spool, {}));
  COVEY_ASSIGN_OR_RETURN(
      pool_, learn::WorkerPool::make(parts_.setup, parts_.threads, [this] { pool_ready_.signal(); }));
  EngineParts engine;
  engine.experiment = parts_.experiment;
  engine.setup = parts_.setup;
  engine.server_samples = learn::all_samples(parts_.data->labelled);
  engine.test = &parts_.data->test;
  engine.store = parts_.run;
  engine.pool = pool_.get();
  engine.clients = this;
  engine.clock = monotonic_seconds;
  engine.observer = parts_.observer;
  engine.logger = parts_.logger;
  COVEY_ASSIGN_OR_RETURN(engine_, Engine::make(std::move(engine)));
  const auto admit = [this](const security::PublicKey& key) {
    const auto user = parts_.enrolment->user_of(key_text(key));
    return user.ok() && *user ? transport::Admission::kEnrolled : transport::Admission::kUnknown;
  };
  COVEY_ASSIGN_OR_RETURN(server_, transport::Server::bind(parts_.listen, parts_.identity.curve, admit));
  return ok_status();
}

// ---- the loop

Status Coordinator::run() {
  COVEY_RETURN_IF_ERROR(engine_->start());
  Status status;
  while (status.ok() && !parts_.stop->requested()) {
    if (engine_->finished() && pool_->unfinished() == 0) {
      finish();
      break;
    }
    status = serve_once();
  }
  const Status flushed = refusals_.flush();
  return status.ok() ? flushed : status;
}

void Coordinator::finish() {
  for (const auto& [user, session] : sessions_.all()) {
    send(session.peer, finished_message());
  }
  server_->close(kFlushSeconds);
}

Status Coordinator::serve_once() {
  const double before = monotonic_seconds();
  const double due =
      std::min(engine_->next_deadline().value_or(before + kHousekeepingSeconds), housekeeping_at_);
  COVEY_ASSIGN_OR_RETURN(
      const transport::Ready ready,
      server_->wait(std::max(0.0, due - before), {pool_ready_.descriptor(), parts_.stop->descriptor()}));
  const auto& readable = ready.descriptors;
  if (std::find(readable.begin(), readable.end(), pool_ready_.descriptor()) != readable.end()) {
    pool_ready_.clear();
    pool_->run_completions(false);
    COVEY_RETURN_IF_ERROR(engine_->status());
  }
  COVEY_RETURN_IF_ERROR(take_messages());
  const double now = monotonic_seconds();
  if (const auto deadline = engine_->next_deadline(); deadline && now >= *deadline) {
    COVEY_RETURN_IF_ERROR(engine_->tick());
  }
  return after_messages(now);
}

Status Coordinator::take_messages() {
  for (int i = 0; i < kMessagesPerTurn; ++i) {
    COVEY_ASSIGN_OR_RETURN(auto received, server_->receive());
    if (!received) break;
    COVEY_RETURN_IF_ERROR(handle(*std::move(received)));
  }
  return ok_status();
}

Status Coordinator::after_messages(double now) {
  COVEY_RETURN_IF_ERROR(settle_uploads(now));
  COVEY_RETURN_IF_ERROR(close_lost_sessions());
  if (now < housekeeping_at_) return ok_status();
  housekeeping_at_ = now + kHousekeepingSeconds;
  COVEY_RETURN_IF_ERROR(close_silent_sessions(now));
  return refusals_.flush();
}

Status Coordinator::settle_uploads(double now) {
  const RoundCore& core = engine_->core();
  for (const ExpectedUpdate& late : inbox_->stale(core.round(), core.attempt())) {
    inbox_->drop(late.user);
    COVEY_RETURN_IF_ERROR(
        engine_->update_failed(late.user, late.round, late.attempt, late.digest, "the round is over"));
  }
  COVEY_ASSIGN_OR_RETURN(const auto requests, inbox_->take_requests(now));
  for (const auto& [user, request] : requests) send_to(user, request);
  return ok_status();
}

Status Coordinator::close_silent_sessions(double now) {
  for (const UserId user : sessions_.silent_since(now - kSilenceSeconds)) {
    parts_.logger->info("user={} silent for {} s, session closed", user.value, kSilenceSeconds);
    COVEY_RETURN_IF_ERROR(close_session(user));
  }
  return ok_status();
}

// ---- sessions

Status Coordinator::close_session(UserId user) {
  sessions_.close(user);
  inbox_->pause(user);
  return engine_->user_left(user);
}

Status Coordinator::close_lost_sessions() {
  // Not where the loss is noticed: that may be inside an action of the engine.
  for (const transport::Peer& peer : std::exchange(lost_, {})) {
    // Its user may have a newer session by now.
    if (const auto user = sessions_.user_of(peer)) COVEY_RETURN_IF_ERROR(close_session(*user));
  }
  return ok_status();
}

void Coordinator::send(const transport::Peer& peer, wire::Message message) {
  note_sent(peer, server_->send(peer, wire::encode(std::move(message))));
}

void Coordinator::note_sent(const transport::Peer& peer, const Status& status) {
  if (status.ok()) return;
  const auto user = sessions_.user_of(peer);
  if (!user) return;
  parts_.logger->info("user={} cannot be reached: {}", user->value, status.message());
  lost_.push_back(peer);
}

void Coordinator::send_to(UserId user, wire::Message message) {
  if (const Sessions::Session* session = sessions_.of(user)) send(session->peer, std::move(message));
}

void Coordinator::refuse(const transport::Received& from, const std::string& kind, wire::Error error) {
  refusals_.add(monotonic_seconds(), kind, short_name(from.key), error.text);
  send(from.peer, std::move(error));
}

std::optional<UserId> Coordinator::session_user(const transport::Received& from) {
  const auto user = sessions_.user_of(from.peer);
  const auto enrolled = parts_.enrolment->user_of(key_text(from.key));
  if (enrolled.ok() && user && *enrolled == user) return user;
  if (!enrolled.ok() || *enrolled) {
    // Such as a device that was asleep for so long that its session was closed: it may greet again.
    refuse(from, "no_session", {wire::ErrorCode::kRefused, "this session is over"});
    return std::nullopt;
  }
  if (user) lost_.push_back(from.peer);  // the key was revoked while its session was open
  refuse(from, "not_enrolled", {wire::ErrorCode::kNotEnrolled, "this key is not enrolled, or was revoked"});
  return std::nullopt;
}

// ---- messages

Status Coordinator::handle(transport::Received received) {
  if (!received.status.ok()) {
    refuse(received, "malformed", wire::refusal(received.status));
    return ok_status();
  }
  auto message = wire::decode(std::move(received.frames), wire::Side::kCoordinator);
  if (!message.ok()) {
    refuse(received, "malformed", wire::refusal(message.status()));
    return ok_status();
  }
  if (const auto user = sessions_.user_of(received.peer)) sessions_.touch(*user, monotonic_seconds());
  return std::visit([&](auto& m) { return on(received, std::move(m)); }, *message);
}

template <typename Other>
Status Coordinator::on(const transport::Received& from, const Other&) {
  refuse(from, "malformed",
         {wire::ErrorCode::kMalformed, "a coordinator does not take this kind of message"});
  return ok_status();
}

Status Coordinator::on(const transport::Received& from, const wire::Enroll& message) {
  const auto digest = security::token_digest(message.token);
  if (!digest.ok()) {
    refuse(from, "bad_token", {wire::ErrorCode::kBadToken, digest.status().message()});
    return ok_status();
  }
  const auto user = parts_.enrolment->redeem(*digest, key_text(from.key), unix_seconds());
  if (!user.ok() && user.status().code() != Code::kRefused) return user.status();
  if (!user.ok()) {
    refuse(from, "bad_token", {wire::ErrorCode::kBadToken, user.status().message()});
    return ok_status();
  }
  parts_.logger->info("user={} enrolled with key {}", user->value, short_name(from.key));
  const auto& signing = parts_.identity.signing.public_key;
  send(from.peer, wire::Enrolled{*user, {signing.begin(), signing.end()}});
  return ok_status();
}

Status Coordinator::on(const transport::Received& from, const wire::Hello& message) {
  COVEY_ASSIGN_OR_RETURN(const auto user, parts_.enrolment->user_of(key_text(from.key)));
  if (!user) {
    refuse(from, "not_enrolled", {wire::ErrorCode::kNotEnrolled, "this key is not enrolled, or was revoked"});
    return ok_status();
  }
  const auto users = static_cast<std::uint32_t>(parts_.experiment.federation.users);
  if (user->value >= users) {
    refuse(
        from, "no_such_user",
        {wire::ErrorCode::kNotEnrolled, "this device is user " + std::to_string(user->value) +
                                            ", but the run has the users 0.." + std::to_string(users - 1)});
    return ok_status();
  }
  // A device greets twice in its first session: it can only probe its numerics once it knows the model.
  if (message.probe != Digest{}) COVEY_RETURN_IF_ERROR(note_probe(*user, from.key, message.probe));
  if (sessions_.user_of(from.peer) == user) return ok_status();
  COVEY_RETURN_IF_ERROR(
      parts_.enrolment->record_session(key_text(from.key), unix_seconds(), message.samples));
  return open_session(*user, from, message);
}

Status Coordinator::note_probe(UserId user, const security::PublicKey& key, const Digest& probe) {
  if (probe != parts_.probe) {
    parts_.logger->warn(
        "user={} computes with another numeric profile: its updates will not be bit-equal to a "
        "simulation here; numerics = \"avx2\" pins x86 machines to one profile",
        user.value);
  }
  return parts_.enrolment->record_probe(key_text(key), probe);
}

Status Coordinator::open_session(UserId user, const transport::Received& from, const wire::Hello& hello) {
  const Sessions::Session session{from.peer, from.key, monotonic_seconds(), hello.resuming};
  if (const auto replaced = sessions_.open(user, session)) {
    send(replaced->peer, wire::Error{wire::ErrorCode::kSuperseded, "a newer session uses the same key"});
  }
  inbox_->pause(user);
  parts_.logger->info("user={} connected, {} samples", user.value, hello.samples);
  welcome_.user = user;
  send(from.peer, welcome_);
  if (engine_->finished()) send(from.peer, finished_message());
  return engine_->user_connected(user);
}

wire::Finished Coordinator::finished_message() const {
  return {static_cast<std::uint32_t>(parts_.experiment.federation.rounds)};
}

Status Coordinator::on(const transport::Received& from, const wire::Heartbeat&) {
  if (!session_user(from)) return ok_status();
  if (engine_->finished()) {
    send(from.peer, finished_message());
  } else {
    send(from.peer, wire::Heartbeat{});
  }
  return ok_status();
}

Status Coordinator::on(const transport::Received& from, const wire::ChunkRequest& message) {
  if (!session_user(from)) return ok_status();
  const auto found = offered_.models.find(message.digest);
  if (found == offered_.models.end()) {
    // Of a round that is over: the device hears of the next one by its task.
    refusals_.add(monotonic_seconds(), "no_such_model", short_name(from.key),
                  "model " + message.digest.hex() + " is not offered now");
    return ok_status();
  }
  const auto& model = found->second;
  const Status status = transport::serve_chunks(*model, message, [&](std::uint64_t offset, ByteSpan part) {
    note_sent(from.peer,
              server_->send_lent(from.peer, wire::encode_envelope(wire::Chunk{message.digest, offset, {}}),
                                 model, part));
    return ok_status();
  });
  if (!status.ok()) refuse(from, "bad_request", {wire::ErrorCode::kRefused, status.message()});
  return ok_status();
}

Status Coordinator::on(const transport::Received& from, wire::UpdateOffer message) {
  const auto user = session_user(from);
  if (!user) return ok_status();
  sessions_.resumed(*user);
  if (message.update_bytes > engine_->update_bytes_max()) {
    answer_update(*user, {message.round, message.attempt, message.update, false,
                          "an update of " + std::to_string(message.update_bytes) + " bytes; at most " +
                              std::to_string(engine_->update_bytes_max()) + " are allowed"});
    return ok_status();
  }
  const ExpectedUpdate offer{*user, message.round, message.attempt, message.update, message.update_bytes};
  offers_[*user] = offer;
  Bytes bytes = std::exchange(message.bytes, {});
  COVEY_RETURN_IF_ERROR(engine_->update_offered(*user, message));
  const auto expected = inbox_->expected(*user);
  const bool wanted = expected && expected->digest == offer.digest && expected->round == offer.round &&
                      expected->attempt == offer.attempt;
  return bytes.empty() || !wanted ? ok_status()
                                  : take_update(from, offer, inbox_->accept_whole(*user, std::move(bytes)));
}

Status Coordinator::on(const transport::Received& from, const wire::Chunk& message) {
  const auto user = session_user(from);
  if (!user) return ok_status();
  const auto expected = inbox_->expected(*user);
  auto arrived = inbox_->accept(monotonic_seconds(), *user, message);
  if (arrived.ok() && !*arrived) return ok_status();
  if (arrived.ok()) return take_update(from, *expected, **std::move(arrived));
  if (arrived.status().code() != Code::kNotFound) return take_update(from, *expected, arrived.status());
  refusals_.add(monotonic_seconds(), "unexpected_chunk", short_name(from.key), arrived.status().message());
  return ok_status();
}

Status Coordinator::take_update(const transport::Received& from, const ExpectedUpdate& update,
                                Result<UpdateInbox::Arrived> arrived) {
  if (arrived.ok()) {
    const auto owner = std::make_shared<const UpdateInbox::Arrived>(*std::move(arrived));
    return engine_->update_arrived(update.user, update.round, update.attempt, update.digest, owner->bytes(),
                                   owner);
  }
  if (arrived.status().code() != Code::kCorrupt) return arrived.status();
  const std::string problem = arrived.status().message();
  refusals_.add(monotonic_seconds(), "bad_update", short_name(from.key), problem);
  return engine_->update_failed(update.user, update.round, update.attempt, update.digest, problem);
}

Status Coordinator::on(const transport::Received& from, const wire::Goodbye&) {
  const auto user = sessions_.user_of(from.peer);
  return user ? close_session(*user) : ok_status();
}

// ---- what the engine asks for

void Coordinator::send_task(const OutgoingTask& task) {
  if (task.round != offered_.round || task.attempt != offered_.attempt)
    offered_ = {task.round, task.attempt, {}, {}, 0};
  offered_.models[task.model] = task.model_bytes;
  Bytes& signature = offered_.signatures[task.group];
  if (signature.empty()) {
    signature =
        signer_.sign_model({parts_.run->info().run_id, task.round, task.attempt, task.group, task.model});
  }
  wire::Task message;
  message.round = task.round;
  message.attempt = task.attempt;
  message.slot = task.slot;
  message.group = task.group;
  message.model = task.model;
  message.model_bytes = task.model_bytes->size();
  message.signature = signature;
  message.seconds_left = task.seconds_left;
  message.curvature_probes = task.curvature_probes;
  if (task.last_counted) {
    message.counted_before = true;
    message.last_counted_round = task.last_counted->round;
    message.last_counted_attempt = task.last_counted->attempt;
  }
  message.update_with_offer = offered_.tasks++ < kUpdatesWithOffers;
  const Sessions::Session* session = sessions_.of(task.user);
  if (session == nullptr) return;
  if (message.model_bytes > wire::kChunkBytes || session->resuming)
    return send(session->peer, std::move(message));
  note_sent(session->peer, server_->send_lent(session->peer, wire::encode_envelope(message), task.model_bytes,
                                              *task.model_bytes));
}

void Coordinator::fetch_update(UserId user, const Digest& update) {
  const ExpectedUpdate& offer = offers_.at(user);
  COVEY_CHECK(offer.digest == update);
  inbox_->expect(offer);
}

void Coordinator::answer_update(UserId user, const wire::UpdateAnswer& answer) {
  if (!answer.accepted) {
    refusals_.add(monotonic_seconds(), "update", "user " + std::to_string(user.value),
                  "round " + std::to_string(answer.round) + ": " + answer.reason);
  }
  send_to(user, answer);
}

std::pair<std::uint64_t, std::uint64_t> Coordinator::take_wire_bytes() {
  const transport::Counters now = server_->counters();
  const std::pair<std::uint64_t, std::uint64_t> bytes{now.bytes_received - counted_bytes_.bytes_received,
                                                      now.bytes_sent - counted_bytes_.bytes_sent};
  counted_bytes_ = now;
  return bytes;
}

}  // namespace covey::server
