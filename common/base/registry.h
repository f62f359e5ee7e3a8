#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "common/base/status.h"

namespace covey {

/// Named makers of one kind of thing (models, objectives, codecs ...). A folder builds its registry in one
/// function that lists every entry: there is no static registration, so nothing depends on link order.
template <typename Maker>
class Registry {
 public:
  /// `kind` is the word used in messages: "model", "codec".
  explicit Registry(std::string kind) : kind_(std::move(kind)) {}

  Registry& add(const std::string& name, Maker maker) {
    const bool inserted = makers_.emplace(name, std::move(maker)).second;
    COVEY_CHECK(inserted, kind_, name, "is registered twice");
    return *this;
  }

  /// kInvalidArgument "unknown model 'x'; known: a, b" for a name that is not there.
  Result<Maker> find(const std::string& name) const {
    const auto found = makers_.find(name);
    if (found != makers_.end()) return found->second;
    return invalid_argument("unknown " + kind_ + " '" + name + "'; known: " + joined());
  }

  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& entry : makers_) names.push_back(entry.first);
    return names;
  }

 private:
  std::string joined() const {
    std::string text;
    for (const auto& entry : makers_) text += (text.empty() ? "" : ", ") + entry.first;
    return text;
  }

  std::string kind_;
  std::map<std::string, Maker> makers_;
};

}  // namespace covey
