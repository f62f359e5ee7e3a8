#include "common/store/counters.h"

#include "common/store/statement.h"

namespace covey::store {

Status add_to_counter(Database& database, const std::string& name, std::uint64_t count) {
  return Statement(database,
                   "INSERT INTO counters (name, count) VALUES (?, ?) "
                   "ON CONFLICT (name) DO UPDATE SET count = count + excluded.count",
                   name, count)
      .run();
}

Result<Counters> read_counters(const Database& database) {
  Counters counters;
  Statement rows(database, "SELECT name, count FROM counters");
  while (rows.next()) {
    std::string name = rows.text();
    counters[std::move(name)] = rows.u64();
  }
  COVEY_RETURN_IF_ERROR(rows.status());
  return counters;
}

}  // namespace covey::store
