#include "common/store/run_records.h"

namespace covey::store {

const char* member_state_name(MemberState state) {
  switch (state) {
    case MemberState::kCounted:
      return "counted";
    case MemberState::kNothing:
      return "nothing";
    case MemberState::kRefused:
      return "refused";
    case MemberState::kAbsent:
      return "absent";
  }
  return "absent";
}

}  // namespace covey::store
