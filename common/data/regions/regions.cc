#include "common/data/regions/regions.h"

#include <algorithm>
#include <cstring>

#include "common/base/check.h"
#include "common/data/images.h"

namespace covey::data {

namespace {

constexpr char kBetween = '|';
constexpr char kBehindNames = '\t';

/// A row of a sample set, whose bytes have any alignment.
class Row {
 public:
  Row(const RegionShape& shape, std::uint8_t* bytes) : shape_(shape), bytes_(bytes) {}

  float get(std::size_t place) const {
    float value = 0;
    std::memcpy(&value, bytes_ + place * sizeof(float), sizeof(float));
    return value;
  }
  void set(std::size_t place, float value) {
    std::memcpy(bytes_ + place * sizeof(float), &value, sizeof(float));
  }

  std::size_t feature(std::size_t region, std::size_t i) const {
    return shape_.at_features() + region * static_cast<std::size_t>(shape_.features) + i;
  }
  std::size_t region_word(std::size_t region) const { return shape_.at_region_words() + region; }
  std::size_t word(std::size_t phrase, std::size_t i) const {
    return shape_.at_phrase_words() + phrase * static_cast<std::size_t>(shape_.words) + i;
  }
  std::size_t answered(std::size_t phrase) const { return shape_.at_answered() + phrase; }
  std::size_t positive(std::size_t phrase, std::size_t region) const {
    return shape_.at_positives() + phrase * static_cast<std::size_t>(shape_.regions) + region;
  }

 private:
  RegionShape shape_;
  std::uint8_t* bytes_;
};

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts;
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find(kBetween, start), text.size());
    parts.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return parts;
}

struct Words {
  std::vector<std::string> names;
  std::vector<std::string> phrases;
};

Words words_in(const std::string& line) {
  const std::size_t tab = line.find(kBehindNames);
  COVEY_CHECK(tab != std::string::npos, "texts of regions have a tab behind the names");
  return {split(line.substr(0, tab)), split(line.substr(tab + 1))};
}

std::size_t least(std::size_t count, int most) {
  return std::min(count, static_cast<std::size_t>(most));
}

std::string line_of(const CaptionedImage& sample, std::size_t regions, std::size_t phrases) {
  std::string line;
  for (std::size_t k = 0; k < regions; ++k) line += (k == 0 ? "" : "|") + plain_words(sample.regions[k]);
  line += kBehindNames;
  for (std::size_t p = 0; p < phrases; ++p)
    line += (p == 0 ? "" : "|") + plain_words(sample.phrases[p].words);
  return line;
}

void append_row(const CaptionedImage& sample, const RegionShape& shape, SampleSet& samples) {
  const std::size_t regions = least(sample.regions.size(), shape.regions);
  const std::size_t phrases = least(sample.phrases.size(), shape.phrases);
  const auto width = static_cast<std::size_t>(shape.features);
  COVEY_CHECK(sample.features.size() == sample.regions.size() * width, sample.features.size(), width);
  const std::size_t start = samples.bytes.size();
  samples.bytes.resize(start + samples.format.bytes(), 0);
  Row row(shape, samples.bytes.data() + start);
  row.set(0, static_cast<float>(sample.image));
  for (std::size_t k = 0; k < regions; ++k) {
    for (std::size_t i = 0; i < width; ++i) row.set(row.feature(k, i), sample.features[k * width + i]);
    row.set(row.region_word(k), kUnknown);
  }
  for (std::size_t p = 0; p < phrases; ++p) {
    const Phrase& phrase = sample.phrases[p];
    row.set(row.word(p, 0), kUnknown);
    row.set(row.answered(p), phrase.answered ? 1.0f : 0.0f);
    for (const std::uint32_t k : phrase.positives) {
      if (k < regions) row.set(row.positive(p, k), 1);
    }
  }
  samples.labels.push_back(sample.label);
  samples.texts.push_back(line_of(sample, regions, phrases));
}

std::string last_word(const std::string& name) {
  const auto words = words_of(name);
  return words.empty() ? "" : words.back();
}

}  // namespace

std::string plain_words(std::string words) {
  const auto structural = [](char c) { return c == kBetween || c == kBehindNames || c == '\n'; };
  std::replace_if(words.begin(), words.end(), structural, ' ');
  return words;
}

Status check_region_limits(const RegionShape& shape, std::uint64_t count) {
  if (shape.regions < 1 || shape.features < 1 || shape.phrases < 1 || shape.words < 1)
    return invalid_argument("regions, features, phrases and words of a sample are 1 or more");
  const std::uint64_t bytes = shape.values() * sizeof(float);
  if (count <= kPixelBytesMax / bytes) return ok_status();
  return invalid_argument(std::to_string(count) + " captions of " + std::to_string(bytes) +
                          " bytes each take more than " + std::to_string(kPixelBytesMax >> 30) + " GiB (" +
                          std::to_string(shape.regions) + " regions, " + std::to_string(shape.features) +
                          " features, " + std::to_string(shape.phrases) + " phrases, " +
                          std::to_string(shape.words) + " words)");
}

RegionShape shape_of(const std::vector<CaptionedImage>& samples, int regions_max, int phrases_max,
                     int words_max) {
  RegionShape shape;
  for (const CaptionedImage& sample : samples) {
    const auto regions = static_cast<int>(sample.regions.size());
    if (regions > 0) shape.features = static_cast<int>(sample.features.size()) / regions;
    shape.regions = std::max(shape.regions, std::min(regions, regions_max));
    shape.phrases = std::max(shape.phrases, std::min(static_cast<int>(sample.phrases.size()), phrases_max));
    for (const std::string& name : sample.regions) shape.named = shape.named || !words_of(name).empty();
    for (const Phrase& phrase : sample.phrases)
      shape.words = std::max(
          shape.words, std::min(static_cast<int>(words_of(plain_words(phrase.words)).size()), words_max));
  }
  shape.words = std::max(shape.words, 1);
  return shape;
}

Result<SampleSet> region_rows(const std::vector<CaptionedImage>& samples, const RegionShape& shape) {
  COVEY_RETURN_IF_ERROR(check_region_limits(shape, samples.size()));
  SampleSet rows;
  rows.format = shape;
  rows.bytes.reserve(samples.size() * rows.format.bytes());
  for (const CaptionedImage& sample : samples) append_row(sample, shape, rows);
  return rows;
}

CaptionedImage captioned_image(const SampleSet& samples, std::size_t i) {
  const RegionShape shape = RegionShape::of(samples.format);
  std::vector<std::uint8_t> bytes(samples.sample(i).begin(), samples.sample(i).end());
  const Row row(shape, bytes.data());
  Words words = words_in(samples.texts[i]);
  CaptionedImage sample;
  sample.image = static_cast<std::uint32_t>(row.get(0));
  sample.regions = std::move(words.names);
  for (std::size_t k = 0; k < sample.regions.size(); ++k) {
    for (std::size_t f = 0; f < static_cast<std::size_t>(shape.features); ++f)
      sample.features.push_back(row.get(row.feature(k, f)));
  }
  for (std::size_t p = 0; p < words.phrases.size(); ++p) {
    Phrase phrase{words.phrases[p], row.get(row.answered(p)) != 0, {}};
    for (std::size_t k = 0; k < sample.regions.size(); ++k) {
      if (row.get(row.positive(p, k)) != 0) phrase.positives.push_back(static_cast<std::uint32_t>(k));
    }
    sample.phrases.push_back(std::move(phrase));
  }
  sample.label = samples.labels[i];
  return sample;
}

std::vector<std::string> region_texts(const SampleSet& samples) {
  std::vector<std::string> texts;
  for (const std::string& line : samples.texts) {
    const Words words = words_in(line);
    for (const std::string& name : words.names) texts.push_back(last_word(name));
    texts.insert(texts.end(), words.phrases.begin(), words.phrases.end());
  }
  return texts;
}

void encode_regions(const Vocabulary& vocabulary, SampleSet& samples) {
  const RegionShape shape = RegionShape::of(samples.format);
  const auto first_id = [&](const std::string& text) { return vocabulary.ids_of(text, 1).front(); };
  for (std::size_t i = 0; i < samples.size(); ++i) {
    Row row(shape, samples.bytes.data() + i * samples.format.bytes());
    const Words words = words_in(samples.texts[i]);
    COVEY_CHECK(words.names.size() <= static_cast<std::size_t>(shape.regions) &&
                    words.phrases.size() <= static_cast<std::size_t>(shape.phrases),
                "texts fit their rows");
    for (std::size_t k = 0; k < words.names.size(); ++k)
      row.set(row.region_word(k), first_id(last_word(words.names[k])));
    for (std::size_t p = 0; p < words.phrases.size(); ++p) {
      const auto ids = vocabulary.ids_of(words.phrases[p], shape.words);
      for (std::size_t w = 0; w < ids.size(); ++w) row.set(row.word(p, w), ids[w]);
    }
  }
}

}  // namespace covey::data
