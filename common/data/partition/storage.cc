#include "common/data/partition/storage.h"

#include <algorithm>

#include "common/data/partition/sample_files.h"
#include "common/data/partition/server_folder.h"
#include "common/data/readers/region_files.h"
#include "common/data/regions/regions.h"
#include "common/data/registry.h"
#include "common/data/text/texts.h"

namespace covey::data {

namespace {

Status check_empty(const fs::path& dir) {
  std::error_code error;
  if (!fs::exists(dir, error)) return ok_status();
  const bool empty = fs::is_empty(dir, error);
  if (!error && empty) return ok_status();
  return invalid_argument("'" + dir.string() +
                          "' is not an empty folder; the partition is written to a new one");
}

ServerData server_data(const Dataset& dataset, const Partition& partition) {
  return {static_cast<const DataSpec&>(dataset), subset(dataset.train, partition.server), dataset.test};
}

std::string size_text(const ImageShape& shape) {
  return std::to_string(shape.width) + "x" + std::to_string(shape.height) + " pixels, " +
         std::to_string(shape.channels) + (shape.channels == 1 ? " channel" : " channels");
}

const char* plural(SampleKind kind) {
  switch (kind) {
    case SampleKind::kImage:
      return "images";
    case SampleKind::kText:
      return "texts";
    case SampleKind::kRegions:
      return "regions with captions";
  }
  return "";
}

/// `samples`, which have the shape that their own folder asked for, in that of the run.
Result<std::shared_ptr<const SampleSet>> fit_regions(const SampleSet& samples, const DataSpec& spec) {
  const RegionShape& shape = spec.format.regions;
  if (samples.format.regions.features != shape.features)
    return invalid_argument("--data: the regions have " + std::to_string(samples.format.regions.features) +
                            " features; this run needs " + std::to_string(shape.features));
  COVEY_ASSIGN_OR_RETURN(const Vocabulary vocabulary, Vocabulary::of_words(spec.vocabulary));
  std::vector<CaptionedImage> all;
  for (std::size_t i = 0; i < samples.size(); ++i) all.push_back(captioned_image(samples, i));
  COVEY_ASSIGN_OR_RETURN(SampleSet fitted, region_rows(all, shape));
  encode_regions(vocabulary, fitted);
  return std::make_shared<const SampleSet>(std::move(fitted));
}

/// A folder of texts holds .txt files, itself or in its folders, and nothing else.
bool holds_texts_alone(const fs::path& dir) {
  std::error_code error;
  bool texts = false;
  for (fs::recursive_directory_iterator entry(dir, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry.depth() > 1 || entry->path().filename().string().front() == '.') {
      entry.disable_recursion_pending();
      continue;
    }
    if (entry->is_directory(error)) continue;
    if (entry->path().extension() != ".txt") return false;
    texts = true;
  }
  return texts;
}

}  // namespace

Status write_partition(const Dataset& dataset, const Partition& partition, const fs::path& dir) {
  COVEY_RETURN_IF_ERROR(check_empty(dir));
  for (std::size_t k = 0; k < partition.users.size(); ++k) {
    const fs::path folder = dir / ("user_" + padded_number(k, 4));
    COVEY_RETURN_IF_ERROR(make_directories(folder));
    COVEY_RETURN_IF_ERROR(
        sample_files(dataset.format.kind).write_user(dataset.train, partition.users[k], folder));
  }
  return write_server_folder(server_data(dataset, partition), dir / "server");
}

Result<SampleSet> load_user_samples(const fs::path& dir) {
  std::error_code error;
  SampleKind kind = holds_texts_alone(dir) ? SampleKind::kText : SampleKind::kImage;
  if (fs::exists(dir / kCaptionFile, error)) kind = SampleKind::kRegions;
  return sample_files(kind).read_user(dir);
}

Result<std::shared_ptr<const SampleSet>> fit_user_samples(std::shared_ptr<const SampleSet> samples,
                                                          const DataSpec& spec) {
  const SampleKind kind = spec.format.kind;
  if (samples->format.kind != kind) {
    return invalid_argument(std::string("--data: holds ") + plural(samples->format.kind) +
                            "; this run needs " + plural(kind));
  }
  if (kind == SampleKind::kRegions) return fit_regions(*samples, spec);
  if (kind == SampleKind::kText) {
    COVEY_ASSIGN_OR_RETURN(const Vocabulary vocabulary, Vocabulary::of_words(spec.vocabulary));
    SampleSet texts = *samples;
    encode_texts(vocabulary, spec.format.tokens, texts);
    return std::make_shared<const SampleSet>(std::move(texts));
  }
  if (samples->format == spec.format) return samples;
  return invalid_argument("--data: the images are " + size_text(samples->format.image) + "; this run needs " +
                          size_text(spec.format.image));
}

Result<ServerData> load_server_data(const config::Data& data, const config::Federation& federation,
                                    std::uint64_t seed) {
  if (is_server_folder(data.path)) {
    COVEY_ASSIGN_OR_RETURN(ServerData server, read_server_folder(data.path));
    const auto classes = static_cast<std::int64_t>(server.classes);
    const std::int64_t expected = federation.labelled / classes * classes;
    const auto found = static_cast<std::int64_t>(server.labelled.size());
    if (found == expected || found == federation.labelled) return server;
    return invalid_argument("'" + data.path + "' was written with " + std::to_string(server.labelled.size()) +
                            " labelled samples; federation.labelled = " +
                            std::to_string(federation.labelled) + " asks for " + std::to_string(expected));
  }
  COVEY_ASSIGN_OR_RETURN(const Dataset dataset, load_dataset(data, seed));
  COVEY_ASSIGN_OR_RETURN(const Partition partition, make_partition(dataset, data, federation, seed));
  ServerData server = server_data(dataset, partition);
  // A written folder knows no owners, and both ways give the same.
  server.labelled.owners.clear();
  server.test.owners.clear();
  return server;
}

}  // namespace covey::data
