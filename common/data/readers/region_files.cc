#include "common/data/readers/region_files.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>
#include <numeric>

#include "common/data/images.h"
#include "common/store/safetensors.h"

namespace covey::data {

namespace {

using nlohmann::json;

constexpr const char* kFeatures = "features";
constexpr double kLongestSide = 65536;  // pixels
constexpr double kOverlap = 0.5;

struct Box {
  double left = 0;
  double top = 0;
  double right = 0;
  double bottom = 0;
};

/// Pixels are squares, and both borders belong to a box.
double area(const Box& box) {
  return std::max(0.0, box.right - box.left + 1) * std::max(0.0, box.bottom - box.top + 1);
}

double overlap(const Box& a, const Box& b) {
  const double shared = area({std::max(a.left, b.left), std::max(a.top, b.top), std::min(a.right, b.right),
                              std::min(a.bottom, b.bottom)});
  return shared / (area(a) + area(b) - shared);
}

Box around(const std::vector<Box>& boxes) {
  Box all = boxes.front();
  for (const Box& box : boxes) {
    all = {std::min(all.left, box.left), std::min(all.top, box.top), std::max(all.right, box.right),
           std::max(all.bottom, box.bottom)};
  }
  return all;
}

std::string numbered(const char* list, std::size_t i) {
  return std::string(list) + "[" + std::to_string(i) + "]";
}

Status only_keys(const json& object, const std::vector<const char*>& allowed) {
  if (!object.is_object()) return corrupt("expected a JSON object");
  for (const auto& [key, value] : object.items()) {
    const auto same = [&key = key](const char* name) { return key == name; };
    if (std::any_of(allowed.begin(), allowed.end(), same)) continue;
    std::string names;
    for (const char* name : allowed) names += (names.empty() ? "" : ", ") + std::string(name);
    return corrupt("unknown key '" + key.substr(0, 40) + "', allowed: " + names);
  }
  return ok_status();
}

Result<std::uint64_t> whole(const json& object, const char* key, std::uint64_t least, std::uint64_t most) {
  const auto found = object.find(key);
  if (found != object.end() && found->is_number_unsigned()) {
    const auto value = found->get<std::uint64_t>();
    if (value >= least && value <= most) return value;
  }
  return corrupt(std::string("'") + key + "': expected a whole number of " + std::to_string(least) + " to " +
                 std::to_string(most));
}

Result<std::string> text_of(const json& value, const char* what) {
  if (value.is_string() && value.get_ref<const std::string&>().size() <= kWordBytesMax * kRegionsMax)
    return value.get<std::string>();
  return corrupt(std::string(what) + ": expected a text");
}

/// The list under `key`, empty where there is none. Not a copy: that would recurse as deep as the file says.
Result<const json*> list_of(const json& object, const char* key) {
  static const json kNone = json::array();
  const auto found = object.find(key);
  if (found == object.end()) return &kNone;
  if (found->is_array() && found->size() <= kRegionsMax) return &*found;
  return corrupt(std::string("'") + key + "': expected a list of at most " + std::to_string(kRegionsMax));
}

Result<Box> parse_box(const json& value, double width, double height) {
  const bool four = value.is_array() && value.size() == 4 &&
                    std::all_of(value.begin(), value.end(), [](const json& v) { return v.is_number(); });
  if (!four) return corrupt("expected [left, top, right, bottom]");
  const Box box{value[0].get<double>(), value[1].get<double>(), value[2].get<double>(),
                value[3].get<double>()};
  const bool inside = box.left >= 0 && box.top >= 0 && box.left <= box.right && box.top <= box.bottom &&
                      box.right <= width && box.bottom <= height;
  if (inside) return box;
  return invalid_argument("the box does not lie in the image of " + std::to_string(std::lround(width)) +
                          " x " + std::to_string(std::lround(height)) + " pixels");
}

/// The boxes under "boxes" of an image or a phrase.
Result<std::vector<Box>> parse_boxes(const json& object, double width, double height) {
  COVEY_ASSIGN_OR_RETURN(const json* list, list_of(object, "boxes"));
  std::vector<Box> boxes;
  for (std::size_t i = 0; i < list->size(); ++i) {
    auto box = parse_box((*list)[i], width, height);
    if (!box.ok()) return box.status().with_context(numbered("boxes", i));
    boxes.push_back(*box);
  }
  return boxes;
}

/// What one line says of an image, and its captions.
struct Line {
  std::size_t regions = 0;
  double width = 0;
  double height = 0;
  std::vector<Box> boxes;           ///< none, or one a region
  std::vector<std::string> names;   ///< one a region
  std::vector<std::uint32_t> rank;  ///< of each region as it stands in the line, by size
};

Result<Line> parse_image(const json& object) {
  Line line;
  COVEY_ASSIGN_OR_RETURN(line.regions, whole(object, "regions", 1, kRegionsMax));
  if (object.contains("boxes")) {
    COVEY_ASSIGN_OR_RETURN(const auto width,
                           whole(object, "width", 1, static_cast<std::uint64_t>(kLongestSide)));
    COVEY_ASSIGN_OR_RETURN(const auto height,
                           whole(object, "height", 1, static_cast<std::uint64_t>(kLongestSide)));
    line.width = static_cast<double>(width);
    line.height = static_cast<double>(height);
    COVEY_ASSIGN_OR_RETURN(line.boxes, parse_boxes(object, line.width, line.height));
    if (line.boxes.size() != line.regions)
      return corrupt("'boxes': expected one for each of the " + std::to_string(line.regions) + " regions");
  }
  COVEY_ASSIGN_OR_RETURN(const json* names, list_of(object, "names"));
  if (!names->empty() && names->size() != line.regions)
    return corrupt("'names': expected one for each of the " + std::to_string(line.regions) + " regions");
  line.names.resize(line.regions);
  for (std::size_t k = 0; k < names->size(); ++k) {
    COVEY_ASSIGN_OR_RETURN(line.names[k], text_of((*names)[k], "'names'"));
  }
  std::vector<std::uint32_t> order(line.regions);
  std::iota(order.begin(), order.end(), 0u);
  if (!line.boxes.empty())
    std::stable_sort(order.begin(), order.end(),
                     [&](auto a, auto b) { return area(line.boxes[a]) > area(line.boxes[b]); });
  line.rank.resize(line.regions);
  for (std::uint32_t place = 0; place < order.size(); ++place) line.rank[order[place]] = place;
  return line;
}

Result<Phrase> parse_phrase(const json& object, const Line& line) {
  COVEY_RETURN_IF_ERROR(only_keys(object, {"words", "boxes", "regions"}));
  Phrase phrase;
  static const json kNoWords;
  const auto words = object.find("words");
  COVEY_ASSIGN_OR_RETURN(phrase.words, text_of(words == object.end() ? kNoWords : *words, "'words'"));
  phrase.words = plain_words(phrase.words);
  if (words_of(phrase.words).empty()) return corrupt("'words': expected a word at least");
  if (object.contains("boxes") && line.boxes.empty())
    return invalid_argument("has boxes, and the image has none for its regions");
  COVEY_ASSIGN_OR_RETURN(const auto boxes, parse_boxes(object, line.width, line.height));
  if (!boxes.empty()) {
    const Box meant = around(boxes);
    for (std::uint32_t k = 0; k < line.boxes.size(); ++k) {
      if (overlap(line.boxes[k], meant) >= kOverlap) phrase.positives.push_back(line.rank[k]);
    }
  }
  COVEY_ASSIGN_OR_RETURN(const json* regions, list_of(object, "regions"));
  for (const json& region : *regions) {
    if (!region.is_number_unsigned() || region.get<std::uint64_t>() >= line.regions)
      return corrupt("'regions': expected positions of 0 to " + std::to_string(line.regions - 1));
    phrase.positives.push_back(line.rank[region.get<std::size_t>()]);
  }
  phrase.answered = !boxes.empty() || object.contains("regions");
  std::sort(phrase.positives.begin(), phrase.positives.end());
  return phrase;
}

Status parse_caption(const json& object, const Line& line, CaptionedImage& sample) {
  COVEY_RETURN_IF_ERROR(only_keys(object, {"phrases", "class"}));
  COVEY_ASSIGN_OR_RETURN(const json* phrases, list_of(object, "phrases"));
  for (std::size_t p = 0; p < phrases->size(); ++p) {
    auto phrase = parse_phrase((*phrases)[p], line);
    if (!phrase.ok()) return phrase.status().with_context(numbered("phrases", p));
    sample.phrases.push_back(*std::move(phrase));
  }
  if (!object.contains("class")) return ok_status();
  COVEY_ASSIGN_OR_RETURN(const auto label, whole(object, "class", 0, kClassesMax - 1));
  sample.label = static_cast<std::int32_t>(label);
  return ok_status();
}

/// The tensor of features, row by row.
class FeatureRows {
 public:
  static Result<FeatureRows> of(const store::Safetensors& file) {
    if (file.tensors.size() != 1 || file.tensors[0].name != kFeatures ||
        file.tensors[0].dtype != store::Dtype::kF32 || file.tensors[0].shape.size() != 2 ||
        file.tensors[0].shape[1] < 1 || file.tensors[0].shape[1] > kFeaturesMax)
      return invalid_argument("expected one tensor, 'features', fp32, regions x features (1 to " +
                              std::to_string(kFeaturesMax) + ")");
    FeatureRows rows;
    rows.width_ = file.tensors[0].shape[1];
    rows.rest_ = file.tensors[0].data;
    return rows;
  }

  std::size_t left() const { return rest_.size() / (width_ * sizeof(float)); }

  /// The next rows, each where its rank is.
  Result<std::vector<float>> take(const std::vector<std::uint32_t>& rank) {
    if (rank.size() > left())
      return corrupt("its " + std::to_string(rank.size()) + " regions need as many rows of features, " +
                     std::to_string(left()) + " are left");
    std::vector<float> features(rank.size() * width_);
    for (std::size_t k = 0; k < rank.size(); ++k)
      std::memcpy(features.data() + rank[k] * width_, rest_.data() + k * width_ * sizeof(float),
                  width_ * sizeof(float));
    rest_ = rest_.subspan(rank.size() * width_ * sizeof(float),
                          rest_.size() - rank.size() * width_ * sizeof(float));
    if (!std::all_of(features.begin(), features.end(), [](float value) { return std::isfinite(value); }))
      return corrupt("its features are not all finite");
    return features;
  }

 private:
  std::size_t width_ = 1;
  ByteSpan rest_;
};

/// Counts the features that captions hold.
class Total {
 public:
  Status add(std::uint64_t captions, std::uint64_t features) {
    bytes_ += captions * features * sizeof(float);
    if (bytes_ <= kPixelBytesMax) return ok_status();
    return invalid_argument("the features of all captions take more than " +
                            std::to_string(kPixelBytesMax >> 30) +
                            " GiB: every caption holds those of its image");
  }

 private:
  std::uint64_t bytes_ = 0;
};

struct ParsedLine {
  std::vector<CaptionedImage> samples;  ///< one a caption
  bool numbered = false;                ///< whether it says which image it shows
};

Result<ParsedLine> parse_line(std::string_view text, std::uint32_t number, FeatureRows& rows, Total& total) {
  const json object = json::parse(text.begin(), text.end(), nullptr, false);
  if (object.is_discarded()) return corrupt("is not JSON, expected a JSON object");
  COVEY_RETURN_IF_ERROR(
      only_keys(object, {"image", "regions", "names", "width", "height", "boxes", "captions"}));
  COVEY_ASSIGN_OR_RETURN(const Line line, parse_image(object));
  CaptionedImage image;
  image.image = number;
  ParsedLine parsed;
  parsed.numbered = object.contains("image");
  if (parsed.numbered) {
    COVEY_ASSIGN_OR_RETURN(const auto own, whole(object, "image", 0, kImageNumbers - 1));
    image.image = static_cast<std::uint32_t>(own);
  }
  COVEY_ASSIGN_OR_RETURN(image.features, rows.take(line.rank));
  image.regions.resize(line.regions);
  for (std::size_t k = 0; k < line.regions; ++k) image.regions[line.rank[k]] = line.names[k];
  COVEY_ASSIGN_OR_RETURN(const json* captions, list_of(object, "captions"));
  COVEY_RETURN_IF_ERROR(total.add(captions->size(), image.features.size()));
  for (std::size_t c = 0; c < captions->size(); ++c) {
    CaptionedImage sample = image;
    COVEY_RETURN_IF_ERROR(parse_caption((*captions)[c], line, sample).with_context(numbered("captions", c)));
    if (!sample.phrases.empty()) parsed.samples.push_back(std::move(sample));
  }
  return parsed;
}

json phrase_json(const Phrase& phrase, bool answers) {
  json object{{"words", phrase.words}};
  if (answers && phrase.answered) object["regions"] = phrase.positives;
  return object;
}

json line_json(const CaptionedImage& sample, bool answers) {
  json caption{{"phrases", json::array()}};
  for (const Phrase& phrase : sample.phrases) caption["phrases"].push_back(phrase_json(phrase, answers));
  if (answers && sample.label != kNoLabel) caption["class"] = sample.label;
  json object{{"image", sample.image}, {"regions", sample.regions.size()}, {"captions", {caption}}};
  const bool named = std::any_of(sample.regions.begin(), sample.regions.end(),
                                 [](const std::string& name) { return !name.empty(); });
  if (named) object["names"] = sample.regions;
  return object;
}

}  // namespace

Result<std::vector<CaptionedImage>> parse_captions(std::string_view captions, ByteSpan regions) {
  const auto file = store::parse_safetensors(regions);
  if (!file.ok()) return file.status().with_context(kRegionFile);
  auto rows = FeatureRows::of(*file);
  if (!rows.ok()) return rows.status().with_context(kRegionFile);
  std::vector<CaptionedImage> samples;
  bool images_are_numbered = false;
  Total total;
  std::uint32_t line = 0;
  for (std::size_t start = 0; start < captions.size();) {
    const std::size_t end = std::min(captions.find('\n', start), captions.size());
    const std::string_view text = captions.substr(start, end - start);
    start = end + 1;
    const std::string where = std::string(kCaptionFile) + ":" + std::to_string(++line);
    if (line >= kImageNumbers)
      return invalid_argument(where + ": more lines than the 16777215 that are allowed");
    auto parsed = parse_line(text, line, *rows, total);
    if (!parsed.ok()) return parsed.status().with_context(where);
    if (line > 1 && parsed->numbered != images_are_numbered)
      return invalid_argument(where + ": 'image': expected in every line or in none");
    images_are_numbered = parsed->numbered;
    std::move(parsed->samples.begin(), parsed->samples.end(), std::back_inserter(samples));
  }
  if (rows->left() > 0)
    return corrupt(std::string(kRegionFile) + ": " + std::to_string(rows->left()) +
                   " rows of features belong to no image");
  if (samples.empty()) return invalid_argument(std::string(kCaptionFile) + ": no caption with a phrase");
  return samples;
}

Result<std::vector<CaptionedImage>> read_captions(const fs::path& folder) {
  COVEY_ASSIGN_OR_RETURN(const std::string captions,
                         read_text_file(folder / kCaptionFile, std::uint64_t{1} << 32));
  COVEY_ASSIGN_OR_RETURN(const MappedFile regions, MappedFile::open(folder / kRegionFile));
  auto samples = parse_captions(captions, regions.bytes());
  if (!samples.ok()) return samples.status().with_context("'" + folder.string() + "'");
  return samples;
}

Status write_captions(const std::vector<CaptionedImage>& samples, bool answers, const fs::path& folder) {
  COVEY_CHECK(!samples.empty() && !samples[0].regions.empty(), "nothing to write");
  std::string lines;
  std::vector<float> features;
  std::uint32_t regions = 0;
  for (const CaptionedImage& sample : samples) {
    lines += line_json(sample, answers).dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
    features.insert(features.end(), sample.features.begin(), sample.features.end());
    regions += static_cast<std::uint32_t>(sample.regions.size());
  }
  const auto width = static_cast<std::uint32_t>(features.size() / regions);
  const ByteSpan raw(reinterpret_cast<const std::uint8_t*>(features.data()), features.size() * sizeof(float));
  store::Safetensors file;
  file.tensors.push_back({kFeatures, {regions, width}, raw});
  COVEY_RETURN_IF_ERROR(write_file_atomically(folder / kRegionFile, store::write_safetensors(file)));
  return write_file_atomically(folder / kCaptionFile, as_bytes(lines));
}

}  // namespace covey::data
