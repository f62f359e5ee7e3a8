#include "common/data/dataset.h"

#include "common/base/check.h"
#include "common/data/text/vocabulary.h"

namespace covey::data {

SampleFormat SampleFormat::text(int tokens) {
  SampleFormat format;
  format.kind = SampleKind::kText;
  format.tokens = tokens;
  return format;
}

std::size_t SampleFormat::bytes() const {
  return kind == SampleKind::kImage ? image.bytes() : values() * sizeof(std::uint16_t);
}

std::size_t SampleFormat::values() const {
  return kind == SampleKind::kImage ? image.bytes() : static_cast<std::size_t>(tokens);
}

std::vector<std::int64_t> SampleFormat::dims() const {
  if (kind == SampleKind::kText) return {tokens};
  return {image.channels, image.height, image.width};
}

void append_noise(const DataSpec& spec, std::size_t count, Sequence& draws,
                  std::vector<std::uint8_t>& bytes) {
  const std::size_t values = count * spec.format.values();
  if (spec.format.kind == SampleKind::kImage) {
    for (std::size_t i = 0; i < values; ++i) bytes.push_back(static_cast<std::uint8_t>(draws.below(256)));
    return;
  }
  const auto words = static_cast<std::uint32_t>(spec.vocabulary.size() + 1);  // the unknown one, too
  for (std::size_t i = 0; i < values; ++i) {
    const std::uint32_t id = kUnknown + draws.below(words);
    bytes.push_back(static_cast<std::uint8_t>(id & 0xff));
    bytes.push_back(static_cast<std::uint8_t>(id >> 8));
  }
}

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
