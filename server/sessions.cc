#include "server/sessions.h"

#include <utility>

namespace covey::server {

std::optional<Sessions::Session> Sessions::open(UserId user, Session session) {
  std::optional<Session> replaced;
  const auto found = sessions_.find(user);
  if (found != sessions_.end()) {
    users_.erase(found->second.peer);
    if (found->second.peer != session.peer) replaced = std::move(found->second);
  }
  users_[session.peer] = user;
  sessions_[user] = std::move(session);
  return replaced;
}

void Sessions::close(UserId user) {
  const auto found = sessions_.find(user);
  if (found == sessions_.end()) return;
  users_.erase(found->second.peer);
  sessions_.erase(found);
}

std::optional<UserId> Sessions::user_of(const transport::Peer& peer) const {
  const auto found = users_.find(peer);
  return found == users_.end() ? std::nullopt : std::optional<UserId>(found->second);
}

const Sessions::Session* Sessions::of(UserId user) const {
  const auto found = sessions_.find(user);
  return found == sessions_.end() ? nullptr : &found->second;
}

std::vector<UserId> Sessions::silent_since(double since) const {
  std::vector<UserId> users;
  for (const auto& [user, session] : sessions_) {
    if (session.last_heard < since) users.push_back(user);
  }
  return users;
}

}  // namespace covey::server
