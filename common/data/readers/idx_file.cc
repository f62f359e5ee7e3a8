#include "common/data/readers/idx_file.h"

#include "common/data/readers/idx.h"
#include "common/data/readers/inflate.h"

namespace covey::data {

namespace {

/// The largest published file (EMNIST byclass) unpacks to 547 MB.
constexpr std::uint64_t kFileBytesMax = std::uint64_t{1} << 30;

}  // namespace

Result<Bytes> read_plain_or_gzip(const fs::path& path) {
  COVEY_ASSIGN_OR_RETURN(Bytes bytes, read_file(path, kFileBytesMax));
  if (path.extension() != ".gz") return bytes;
  auto unpacked = inflated(bytes, Compression::kGzip, kFileBytesMax);
  if (!unpacked.ok()) return unpacked.status().with_context(path.string());
  return unpacked;
}

Result<fs::path> find_file(const fs::path& folder, const std::vector<std::string>& names) {
  std::string tried;
  for (const std::string& name : names) {
    for (const std::string& file : {name, name + ".gz"}) {
      std::error_code error;
      if (fs::is_regular_file(folder / file, error)) return folder / file;
      tried += (tried.empty() ? "" : ", ") + file;
    }
  }
  return not_found("'" + folder.string() + "' holds none of: " + tried);
}

Result<std::vector<std::uint8_t>> read_idx_numbers(const fs::path& folder,
                                                   const std::vector<std::string>& names) {
  COVEY_ASSIGN_OR_RETURN(const fs::path path, find_file(folder, names));
  COVEY_ASSIGN_OR_RETURN(const Bytes bytes, read_plain_or_gzip(path));
  auto numbers = parse_idx_numbers(bytes);
  if (!numbers.ok()) return numbers.status().with_context(path.string());
  return numbers;
}

Result<SampleSet> read_idx_images(const fs::path& folder, const std::vector<std::string>& image_names,
                                  const std::vector<std::string>& label_names) {
  COVEY_ASSIGN_OR_RETURN(const fs::path path, find_file(folder, image_names));
  COVEY_ASSIGN_OR_RETURN(const auto labels, read_idx_numbers(folder, label_names));
  COVEY_ASSIGN_OR_RETURN(const Bytes bytes, read_plain_or_gzip(path));
  auto images = parse_idx_images(bytes);
  if (!images.ok()) return images.status().with_context(path.string());
  if (images->size() != labels.size()) {
    return corrupt(path.string() + ": at byte 4: expected " + std::to_string(labels.size()) +
                   " images, as many as labels, found " + std::to_string(images->size()));
  }
  images->labels.assign(labels.begin(), labels.end());
  return images;
}

Status check_labels(const SampleSet& images, int classes) {
  for (std::size_t i = 0; i < images.size(); ++i) {
    if (images.labels[i] < 0 || images.labels[i] >= classes) {
      return corrupt("label " + std::to_string(images.labels[i]) + " of image " + std::to_string(i) +
                     ": allowed are 0 to " + std::to_string(classes - 1));
    }
  }
  return ok_status();
}

}  // namespace covey::data
