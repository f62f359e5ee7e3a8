// libraries: covey::data

#include <algorithm>
#include <cmath>

#include "common/base/bytes.h"
#include "common/base/region_shape.h"
#include "common/data/readers/region_files.h"

/// Input: two bytes, the length of captions.jsonl; that file; regions.safetensors. Whatever parses makes rows
/// that a model can take, and says what it was made of.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace covey::data;
  if (size < 2) return 0;
  const covey::ByteSpan rest = covey::ByteSpan(data, size).subspan(2, size - 2);
  const std::size_t length = std::min<std::size_t>(data[0] + 256u * data[1], rest.size());
  const auto parsed =
      parse_captions(covey::as_text(rest.subspan(0, length)), rest.subspan(length, rest.size() - length));
  if (!parsed.ok()) return 0;
  const covey::RegionShape shape = shape_of(*parsed, 16, 8, 4);
  SampleSet rows = *region_rows(*parsed, shape);
  encode_regions(Vocabulary::of_texts(region_texts(rows), 20), rows);
  COVEY_CHECK(rows.size() == parsed->size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const CaptionedImage sample = captioned_image(rows, i);
    const CaptionedImage& made_of = (*parsed)[i];
    COVEY_CHECK(sample.regions.size() == std::min<std::size_t>(made_of.regions.size(), 16));
    COVEY_CHECK(sample.phrases.size() == std::min<std::size_t>(made_of.phrases.size(), 8));
    COVEY_CHECK(std::all_of(sample.features.begin(), sample.features.end(),
                            [](float value) { return std::isfinite(value); }));
    COVEY_CHECK(std::equal(sample.features.begin(), sample.features.end(), made_of.features.begin()));
    COVEY_CHECK(sample.image == made_of.image && sample.label == made_of.label);
  }
  return 0;
}
