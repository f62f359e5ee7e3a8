#include "common/data/readers/common_words.h"

#include <algorithm>

namespace covey::data {

namespace {

constexpr std::size_t kClasses = 10;

}  // namespace

CommonWords::CommonWords(const std::vector<std::string>& words) {
  std::map<std::string, std::size_t> counts;
  for (const std::string& word : words) ++counts[word];
  std::vector<std::pair<std::string, std::size_t>> frequent(counts.begin(), counts.end());
  std::stable_sort(frequent.begin(), frequent.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  others_ = frequent.size() > kClasses;
  frequent.resize(std::min<std::size_t>(frequent.size(), others_ ? kClasses - 1 : kClasses));
  for (const auto& entry : frequent)
    classes_.emplace(entry.first, static_cast<std::int32_t>(classes_.size()));
}

std::int32_t CommonWords::class_of(const std::string& word) const {
  const auto found = classes_.find(word);
  if (found != classes_.end()) return found->second;
  return static_cast<std::int32_t>(classes_.size()) - (others_ ? 0 : 1);
}

}  // namespace covey::data
