#pragma once

#include <map>

#include "common/store/database.h"

namespace covey::store {

/// Named counts, kept in the table `counters (name TEXT PRIMARY KEY, count INTEGER)`.
using Counters = std::map<std::string, std::uint64_t>;

/// Adds `count` to the counter `name`. Durable, so a disk flush: a caller that counts what peers can cause
/// collects counts and adds them now and then.
Status add_to_counter(Database& database, const std::string& name, std::uint64_t count);
Result<Counters> read_counters(const Database& database);

}  // namespace covey::store
