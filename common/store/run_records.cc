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

const char* name_of(Diversity::Tensors tensors) {
  return tensors == Diversity::Tensors::kAll ? "all" : "classifier";
}

const char* name_of(Diversity::Among among) {
  return among == Diversity::Among::kRound ? "round" : "group";
}

Result<Diversity::Tensors> diversity_tensors(const std::string& name) {
  for (const auto tensors : {Diversity::Tensors::kAll, Diversity::Tensors::kClassifier})
    if (name == name_of(tensors)) return tensors;
  return corrupt("diversity of the unknown tensors '" + name + "'");
}

Result<Diversity::Among> diversity_among(const std::string& name) {
  for (const auto among : {Diversity::Among::kRound, Diversity::Among::kGroup})
    if (name == name_of(among)) return among;
  return corrupt("diversity among the unknown members '" + name + "'");
}

}  // namespace covey::store
