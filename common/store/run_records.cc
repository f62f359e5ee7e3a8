#include "common/store/run_records.h"

#include <nlohmann/json.hpp>

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

std::string counts_text(const std::vector<std::uint64_t>& counts) {
  return nlohmann::json(counts).dump();
}

Result<std::vector<std::uint64_t>> parse_counts(const std::string& text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_array()) return corrupt("pseudo_labels is not a JSON array");
  std::vector<std::uint64_t> counts;
  for (const auto& count : json) {
    if (!count.is_number_unsigned()) return corrupt("pseudo_labels holds something else than counts");
    counts.push_back(count.get<std::uint64_t>());
  }
  return counts;
}

}  // namespace covey::store
