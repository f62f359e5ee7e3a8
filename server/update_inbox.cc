#include "server/update_inbox.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace covey::server {

namespace {

Status write_failed(const fs::path& path) {
  const int error = errno;
  const std::string text = "cannot write " + path.string() + ": " + std::strerror(error);
  return error == ENOSPC || error == EDQUOT ? exhausted("disk full: " + text) : internal_error(text);
}

}  // namespace

Result<UpdateInbox> UpdateInbox::create(fs::path folder, Options options) {
  std::error_code error;
  fs::remove_all(folder, error);
  COVEY_RETURN_IF_ERROR(make_directories(folder));
  return UpdateInbox(std::move(folder), options);
}

fs::path UpdateInbox::path_of(UserId user) const {
  return folder_ / ("user-" + std::to_string(user.value));
}

void UpdateInbox::expect(const ExpectedUpdate& update) {
  const auto found = uploads_.find(update.user);
  const bool again = found != uploads_.end() && found->second.update.digest == update.digest &&
                     found->second.update.bytes == update.bytes;
  if (!again) {
    drop(update.user);
    uploads_[update.user].update = update;
  } else {
    pause(update.user);
    found->second.update = update;
  }
  if (std::find(waiting_.begin(), waiting_.end(), update.user) == waiting_.end())
    waiting_.push_back(update.user);
}

void UpdateInbox::drop(UserId user) {
  pause(user);
  const auto found = uploads_.find(user);
  if (found == uploads_.end()) return;
  const bool spooled = found->second.file != nullptr;
  uploads_.erase(found);
  std::error_code error;  // a file that stays is overwritten by the next upload, or swept at the next start
  if (spooled) fs::remove(path_of(user), error);
}

void UpdateInbox::pause(UserId user) {
  waiting_.erase(std::remove(waiting_.begin(), waiting_.end(), user), waiting_.end());
  const auto found = uploads_.find(user);
  if (found == uploads_.end()) return;
  found->second.active = false;
  if (found->second.receiver) found->second.receiver->restart();
}

std::size_t UpdateInbox::active_count() const {
  return static_cast<std::size_t>(
      std::count_if(uploads_.begin(), uploads_.end(), [](const auto& entry) { return entry.second.active; }));
}

bool UpdateInbox::may_begin(double now) const {
  const auto in_place = std::count_if(uploads_.begin(), uploads_.end(), [&](const auto& entry) {
    return entry.second.active && !slow(now, entry.second);
  });
  return active_count() < options_.uploads_concurrent && static_cast<std::size_t>(in_place) < options_.places;
}

std::uint32_t UpdateInbox::window() const {
  const auto share = static_cast<std::uint32_t>(options_.chunks / std::max<std::size_t>(1, active_count()));
  return std::clamp(share, 1u, options_.window);
}

// Those that stall keep their bytes, so these are more than the active ones.
std::size_t UpdateInbox::in_memory_count() const {
  return static_cast<std::size_t>(std::count_if(
      uploads_.begin(), uploads_.end(), [](const auto& entry) { return entry.second.memory != nullptr; }));
}

Status UpdateInbox::activate(double now, Upload& upload) {
  upload.active = true;
  upload.since = now;
  upload.last_chunk = now;
  if (upload.receiver) return ok_status();
  COVEY_ASSIGN_OR_RETURN(auto sink, make_sink(upload));
  upload.receiver = std::make_unique<transport::ChunkReceiver>(upload.update.digest, upload.update.bytes,
                                                               options_.window, std::move(sink));
  return ok_status();
}

Result<transport::ChunkReceiver::Sink> UpdateInbox::make_sink(Upload& upload) const {
  if (upload.update.bytes <= options_.small_bytes && in_memory_count() < options_.in_memory) {
    upload.memory = std::make_shared<Bytes>();
    upload.memory->reserve(upload.update.bytes);
    return transport::ChunkReceiver::Sink([memory = upload.memory](ByteSpan bytes) {
      memory->insert(memory->end(), bytes.begin(), bytes.end());
      return ok_status();
    });
  }
  const fs::path path = path_of(upload.update.user);
  upload.file.reset(std::fopen(path.c_str(), "wb"));
  if (!upload.file) return write_failed(path);
  return transport::ChunkReceiver::Sink([file = upload.file.get(), path](ByteSpan bytes) {
    if (std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size()) return ok_status();
    return write_failed(path);
  });
}

Result<std::vector<UpdateInbox::Request>> UpdateInbox::take_requests(double now) {
  rotate_stalled(now);
  while (!waiting_.empty() && may_begin(now)) {
    const UserId user = waiting_.front();
    waiting_.pop_front();
    COVEY_RETURN_IF_ERROR(activate(now, uploads_.at(user)));
  }
  const std::uint32_t window_now = window();
  std::vector<Request> requests;
  for (auto& [user, upload] : uploads_) {
    if (!upload.active) continue;
    upload.receiver->set_window(window_now);
    while (const auto request = upload.receiver->next_request()) requests.emplace_back(user, *request);
  }
  return requests;
}

void UpdateInbox::rotate_stalled(double now) {
  if (waiting_.empty() || may_begin(now)) return;
  std::vector<UserId> stalled;
  for (const auto& [user, upload] : uploads_) {
    if (upload.active && now >= upload.last_chunk + options_.stall_s) stalled.push_back(user);
  }
  for (const UserId user : stalled) {
    pause(user);
    waiting_.push_back(user);
  }
}

Result<UpdateInbox::Arrived> UpdateInbox::finish(UserId user, Upload& upload) {
  if (upload.memory) return Arrived{upload.update, std::move(*upload.memory), std::nullopt};
  const fs::path path = path_of(user);
  if (std::fflush(upload.file.get()) != 0) return write_failed(path);
  COVEY_ASSIGN_OR_RETURN(MappedFile file, MappedFile::open(path));
  return Arrived{upload.update, {}, std::move(file)};
}

Result<std::optional<UpdateInbox::Arrived>> UpdateInbox::accept(double now, UserId user,
                                                                const wire::Chunk& chunk) {
  const auto found = uploads_.find(user);
  if (found == uploads_.end() || !found->second.active)
    return not_found("no update of this user was asked for");
  Upload& upload = found->second;
  upload.last_chunk = now;
  // A device that woke up answers what it was asked before it lost its place, and then again what it was
  // asked when it got the place back.
  const bool twice = upload.update.digest == chunk.digest &&
                     chunk.offset + chunk.bytes.size() <= upload.receiver->received();
  if (twice) return std::optional<Arrived>();
  const Status status = upload.receiver->accept(chunk);
  if (!status.ok()) {
    drop(user);
    return status;
  }
  if (!upload.receiver->complete()) return std::optional<Arrived>();
  auto arrived = finish(user, upload);
  drop(user);  // the mapping outlives the name of its file
  if (!arrived.ok()) return arrived.status();
  return std::optional<Arrived>(*std::move(arrived));
}

Result<UpdateInbox::Arrived> UpdateInbox::accept_whole(UserId user, Bytes bytes) {
  const auto update = expected(user);
  if (!update) return not_found("no update of this user was asked for");
  drop(user);
  if (sha256(bytes) != update->digest)
    return corrupt("the bytes with the offer do not have the digest " + update->digest.hex());
  return Arrived{*update, std::move(bytes), std::nullopt};
}

std::optional<ExpectedUpdate> UpdateInbox::expected(UserId user) const {
  const auto found = uploads_.find(user);
  return found == uploads_.end() ? std::nullopt : std::optional<ExpectedUpdate>(found->second.update);
}

std::vector<ExpectedUpdate> UpdateInbox::stale(std::uint32_t round, std::uint32_t attempt) const {
  std::vector<ExpectedUpdate> updates;
  for (const auto& [user, upload] : uploads_) {
    if (upload.update.round != round || upload.update.attempt != attempt) updates.push_back(upload.update);
  }
  return updates;
}

}  // namespace covey::server
