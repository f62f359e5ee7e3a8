#include "common/data/readers/emnist.h"

#include <algorithm>
#include <set>

#include "common/base/image_shape.h"
#include "common/data/images.h"
#include "common/data/readers/idx_file.h"
#include "common/data/readers/normalisations.h"
#include "common/data/readers/readers.h"

namespace covey::data {

namespace {

constexpr std::string_view kPrefix = "emnist-";
constexpr std::string_view kMiddle = "-train-images-idx3-ubyte";

struct Split {
  fs::path folder;
  std::string name;

  std::string file(const std::string& ending) const { return std::string(kPrefix) + name + "-" + ending; }
};

Result<std::set<std::string>> splits_in(const fs::path& folder) {
  std::set<std::string> splits;
  std::error_code error;
  fs::directory_iterator entries(folder, error);
  if (error) return not_found(folder.string() + ": cannot list the folder: " + error.message());
  for (const fs::directory_entry& entry : entries) {
    const std::string name = entry.path().filename().string();
    const std::size_t end = name.find(kMiddle);
    if (name.rfind(kPrefix, 0) == 0 && end != std::string::npos && end > kPrefix.size()) {
      splits.insert(name.substr(kPrefix.size(), end - kPrefix.size()));
    }
  }
  return splits;
}

Result<Split> find_split(const fs::path& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    const Split split{path.parent_path(), path.filename().string()};
    COVEY_RETURN_IF_ERROR(find_file(split.folder, {split.file("train-images-idx3-ubyte")}).status());
    return split;
  }
  COVEY_ASSIGN_OR_RETURN(const auto splits, splits_in(path));
  if (splits.size() == 1) return Split{path, *splits.begin()};
  if (splits.count("balanced") != 0) return Split{path, "balanced"};
  if (splits.empty()) {
    return not_found("'" + path.string() + "' holds no emnist-SPLIT-train-images-idx3-ubyte[.gz]");
  }
  std::string names;
  for (const std::string& name : splits) names += " " + name;
  return invalid_argument("'" + path.string() +
                          "' holds several splits; append one to data.path, as FOLDER/SPLIT:" + names);
}

Result<SampleSet> read_part(const Split& split, const std::string& part) {
  COVEY_ASSIGN_OR_RETURN(SampleSet images,
                         read_idx_images(split.folder, {split.file(part + "-images-idx3-ubyte")},
                                         {split.file(part + "-labels-idx1-ubyte")}));
  transpose_images(images);
  if (split.name == "letters") {
    for (std::int32_t& label : images.labels) --label;
  }
  return images;
}

Result<int> class_count(const Split& split, const SampleSet& train) {
  const fs::path mapping = split.folder / split.file("mapping.txt");
  std::error_code error;
  if (fs::exists(mapping, error)) {
    COVEY_ASSIGN_OR_RETURN(const std::string text, read_text_file(mapping));
    auto count = count_mapped_classes(text);
    if (!count.ok()) return count.status().with_context(mapping.string());
    return count;
  }
  if (train.labels.empty()) return corrupt(split.folder.string() + ": no training image");
  return *std::max_element(train.labels.begin(), train.labels.end()) + 1;
}

bool is_mapping_line(std::string_view line) {
  const bool only_numbers = line.find_first_not_of("0123456789 \t\r") == std::string_view::npos;
  const std::size_t space = line.find_first_of(" \t");
  return only_numbers && space != std::string_view::npos && space > 0;
}

}  // namespace

void transpose_images(SampleSet& images) {
  const ImageShape shape = ImageShape::of(images.format);
  const auto rows = static_cast<std::size_t>(shape.height);
  const auto columns = static_cast<std::size_t>(shape.width);
  images.format = ImageShape{shape.channels, shape.width, shape.height};
  std::vector<std::uint8_t> old(rows * columns);
  for (std::size_t start = 0; start < images.bytes.size(); start += old.size()) {
    std::copy_n(images.bytes.data() + start, old.size(), old.data());
    for (std::size_t i = 0; i < old.size(); ++i) {
      images.bytes[start + (i % columns) * rows + i / columns] = old[i];
    }
  }
}

Result<int> count_mapped_classes(std::string_view text) {
  int lines = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    ++lines;
    if (!is_mapping_line(line)) {
      return corrupt("line " + std::to_string(lines) + ": expected a label and character codes, all numbers");
    }
    if (lines > kClassesMax) return corrupt("more than " + std::to_string(kClassesMax) + " classes");
  }
  if (lines == 0) return corrupt("line 1: expected a label and character codes, found nothing");
  return lines;
}

Result<Dataset> read_emnist(const config::Data& config, std::uint64_t) {
  COVEY_ASSIGN_OR_RETURN(const Split split, find_split(config.path));
  Dataset dataset;
  COVEY_ASSIGN_OR_RETURN(dataset.train, read_part(split, "train"));
  COVEY_ASSIGN_OR_RETURN(dataset.test, read_part(split, "test"));
  COVEY_ASSIGN_OR_RETURN(dataset.classes, class_count(split, dataset.train));
  dataset.normalisation = character_normalisation();
  dataset.characters = true;
  return dataset;
}

}  // namespace covey::data
