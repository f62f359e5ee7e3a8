#include "server/refusals.h"

namespace covey::server {

void Refusals::add(double now, const std::string& kind, const std::string& who, const std::string& why) {
  ++counts_[kind];
  if (now >= minute_started_ + 60) {
    minute_started_ = now;
    lines_ = 0;
  }
  ++lines_;
  if (lines_ <= kLinesPerMinute) logger_->warn("refused={} peer={} {}", kind, who, why);
  if (lines_ == kLinesPerMinute) logger_->warn("more refusals in this minute are counted but not logged");
}

Status Refusals::flush() {
  for (const auto& [kind, count] : counts_) COVEY_RETURN_IF_ERROR(store_->add_refusals(kind, count));
  counts_.clear();
  return ok_status();
}

}  // namespace covey::server
