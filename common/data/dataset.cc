#include "common/data/dataset.h"

#include "common/base/check.h"
#include "common/data/text/vocabulary.h"

namespace covey::data {

namespace {

constexpr SampleKind kKinds[] = {SampleKind::kImage, SampleKind::kText, SampleKind::kRegions};

void append_word(std::uint32_t id, std::vector<std::uint8_t>& bytes) {
  bytes.push_back(static_cast<std::uint8_t>(id & 0xff));
  bytes.push_back(static_cast<std::uint8_t>(id >> 8));
}

/// One sample of regions and phrases that fill their row.
void append_region_noise(const RegionShape& shape, std::uint32_t words, float image, Sequence& draws,
                         std::vector<std::uint8_t>& bytes) {
  std::vector<float> row(shape.values(), 0);
  row[0] = image;
  for (std::size_t i = shape.at_features(); i < shape.at_region_words(); ++i)
    row[i] = 2 * draws.uniform() - 1;
  for (std::size_t i = shape.at_region_words(); i < shape.at_answered(); ++i)
    row[i] = static_cast<float>(kUnknown + draws.below(words));
  for (int phrase = 0; phrase < shape.phrases; ++phrase) {
    const auto p = static_cast<std::size_t>(phrase);
    row[shape.at_answered() + p] = 1;
    row[shape.at_positives() + p * static_cast<std::size_t>(shape.regions) +
        draws.below(static_cast<std::uint32_t>(shape.regions))] = 1;
  }
  const auto* raw = reinterpret_cast<const std::uint8_t*>(row.data());
  bytes.insert(bytes.end(), raw, raw + row.size() * sizeof(float));
}

}  // namespace

const char* kind_name(SampleKind kind) {
  switch (kind) {
    case SampleKind::kImage:
      return "image";
    case SampleKind::kText:
      return "text";
    case SampleKind::kRegions:
      return "regions";
  }
  COVEY_CHECK(false, "no such kind of sample");
  return "";
}

Result<SampleKind> parse_kind(const std::string& name) {
  for (const SampleKind kind : kKinds) {
    if (name == kind_name(kind)) return kind;
  }
  return invalid_argument("unknown kind of sample '" + name.substr(0, 40) +
                          "', allowed: image, text, regions");
}

SampleFormat SampleFormat::text(int tokens) {
  SampleFormat format;
  format.kind = SampleKind::kText;
  format.tokens = tokens;
  return format;
}

SampleFormat SampleFormat::of_regions(const RegionShape& shape) {
  SampleFormat format;
  format.kind = SampleKind::kRegions;
  format.regions = shape;
  return format;
}

std::size_t SampleFormat::bytes() const {
  switch (kind) {
    case SampleKind::kImage:
      return image.bytes();
    case SampleKind::kText:
      return values() * sizeof(std::uint16_t);
    case SampleKind::kRegions:
      return values() * sizeof(float);
  }
  COVEY_CHECK(false, "no such kind of sample");
  return 0;
}

std::size_t SampleFormat::values() const {
  switch (kind) {
    case SampleKind::kImage:
      return image.bytes();
    case SampleKind::kText:
      return static_cast<std::size_t>(tokens);
    case SampleKind::kRegions:
      return regions.values();
  }
  COVEY_CHECK(false, "no such kind of sample");
  return 0;
}

std::vector<std::int64_t> SampleFormat::dims() const {
  if (kind == SampleKind::kImage) return {image.channels, image.height, image.width};
  return {static_cast<std::int64_t>(values())};
}

void append_noise(const DataSpec& spec, std::size_t count, Sequence& draws,
                  std::vector<std::uint8_t>& bytes) {
  const std::size_t values = count * spec.format.values();
  if (spec.format.kind == SampleKind::kImage) {
    for (std::size_t i = 0; i < values; ++i) bytes.push_back(static_cast<std::uint8_t>(draws.below(256)));
    return;
  }
  const auto words = static_cast<std::uint32_t>(spec.vocabulary.size() + 1);  // the unknown one, too
  if (spec.format.kind == SampleKind::kText) {
    for (std::size_t i = 0; i < values; ++i) append_word(kUnknown + draws.below(words), bytes);
    return;
  }
  for (std::size_t i = 0; i < count; ++i)
    append_region_noise(spec.format.regions, words, static_cast<float>(i), draws, bytes);
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
