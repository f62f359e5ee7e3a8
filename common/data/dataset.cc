#include "common/data/dataset.h"

#include "common/base/check.h"

namespace covey::data {

SampleSet subset(const SampleSet& samples, Span<const std::uint32_t> positions) {
  SampleSet chosen;
  chosen.format = samples.format;
  chosen.bytes.reserve(positions.size() * samples.format.bytes());
  chosen.labels.reserve(positions.size());
  for (const std::uint32_t position : positions) {
    const auto sample = samples.sample(position);
    chosen.bytes.insert(chosen.bytes.end(), sample.begin(), sample.end());
    chosen.labels.push_back(samples.labels[position]);
    if (!samples.owners.empty()) chosen.owners.push_back(samples.owners[position]);
    if (!samples.texts.empty()) chosen.texts.push_back(samples.texts[position]);
  }
  return chosen;
}

std::vector<std::vector<std::uint32_t>> positions_by_class(const SampleSet& samples, int classes) {
  std::vector<std::vector<std::uint32_t>> by_class(static_cast<std::size_t>(classes));
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const std::int32_t label = samples.labels[i];
    COVEY_CHECK(label >= 0 && label < classes, label, classes);
    by_class[static_cast<std::size_t>(label)].push_back(static_cast<std::uint32_t>(i));
  }
  return by_class;
}

}  // namespace covey::data
