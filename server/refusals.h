#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "common/base/log.h"
#include "common/store/enrolment_store.h"

namespace covey::server {

/// Messages that the coordinator did not act on: each is counted by kind, and logged as long as there are
/// few. A peer that sends nonsense must not fill the log or the disk.
class Refusals {
 public:
  Refusals(store::EnrolmentStore* store, Logger logger) : store_(store), logger_(std::move(logger)) {}

  void add(double now, const std::string& kind, const std::string& who, const std::string& why);
  /// Stores the counts that came since the last call.
  Status flush();

 private:
  static constexpr std::uint32_t kLinesPerMinute = 30;

  store::EnrolmentStore* store_;
  Logger logger_;
  std::map<std::string, std::uint64_t> counts_;
  double minute_started_ = 0;
  std::uint32_t lines_ = 0;
};

}  // namespace covey::server
