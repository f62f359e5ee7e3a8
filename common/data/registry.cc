#include "common/data/registry.h"

#include <algorithm>

#include "common/base/random.h"
#include "common/data/images.h"
#include "common/data/kinds/registry.h"
#include "common/data/readers/idx_file.h"
#include "common/data/readers/readers.h"

namespace covey::data {

namespace {

enum class Half : std::uint64_t { kTrain = 0, kTest = 1 };

/// Draws `limit` samples as evenly over the classes as they allow: every class's first sample in a random
/// order, then every class's second, and so on. The order of the data set is kept.
void limit_samples(SampleSet& samples, int classes, std::int64_t limit, Half half, std::uint64_t seed) {
  if (limit == 0 || samples.size() <= static_cast<std::size_t>(limit)) return;
  StreamId id;
  id.purpose = Purpose::kSubset;
  Sequence draws(Stream(seed, id), static_cast<std::uint64_t>(half));
  auto by_class = positions_by_class(samples, classes);
  std::vector<std::uint32_t> chosen;
  for (auto& members : by_class) draws.shuffle(Span<std::uint32_t>(members));
  for (std::size_t rank = 0; chosen.size() < static_cast<std::size_t>(limit); ++rank) {
    for (const auto& members : by_class) {
      if (rank < members.size() && chosen.size() < static_cast<std::size_t>(limit))
        chosen.push_back(members[rank]);
    }
  }
  std::sort(chosen.begin(), chosen.end());
  samples = subset(samples, chosen);
}

Status check_size(const SampleSet& samples) {
  if (samples.size() <= kImagesMax && samples.bytes.size() <= kPixelBytesMax) return ok_status();
  return invalid_argument(std::to_string(samples.size()) + " training samples of " +
                          std::to_string(samples.format.bytes()) + " bytes; allowed are " +
                          std::to_string(kImagesMax) + " samples and " + std::to_string(kPixelBytesMax) +
                          " bytes in all");
}

Status check_dataset(const Dataset& dataset) {
  if (dataset.train.size() == 0 || dataset.test.size() == 0) {
    return invalid_argument("holds " + std::to_string(dataset.train.size()) + " training and " +
                            std::to_string(dataset.test.size()) +
                            " test samples; at least one of each is needed");
  }
  if (dataset.train.format != dataset.test.format)
    return invalid_argument("training and test samples differ in size");
  COVEY_RETURN_IF_ERROR(check_spec(dataset));
  COVEY_RETURN_IF_ERROR(check_size(dataset.train));
  COVEY_RETURN_IF_ERROR(check_labels(dataset.train, dataset.classes).with_context("training set"));
  return check_labels(dataset.test, dataset.classes).with_context("test set");
}

}  // namespace

Registry<DatasetReader> dataset_registry() {
  Registry<DatasetReader> registry("data set");
  registry.add("agnews", read_agnews)
      .add("cifar10", read_cifar10)
      .add("emnist", read_emnist)
      .add("fashion", read_fashion)
      .add("femnist", read_femnist)
      .add("folder", read_folder)
      .add("glyphs", generate_glyphs)
      .add("grounding", generate_grounding)
      .add("grounding-folder", read_grounding_folder)
      .add("mnist", read_mnist)
      .add("shakespeare", read_shakespeare)
      .add("sst2", read_sst2)
      .add("svhn", read_svhn)
      .add("text-folder", read_text_folder)
      .add("text-lines", read_text_lines);
  return registry;
}

Result<Dataset> load_dataset(const config::Data& config, std::uint64_t seed) {
  if (config.train_limit < 0 || config.test_limit < 0) {
    return invalid_argument("data.train_limit and data.test_limit are 0 (all) or more");
  }
  COVEY_ASSIGN_OR_RETURN(const DatasetReader reader, dataset_registry().find(config.name));
  const bool generated = config.name == "glyphs" || config.name == "grounding";
  if (config.path.empty() && !generated)
    return invalid_argument("data.path: data set " + config.name + " needs the folder with its files");
  const std::string doing =
      "data set " + config.name + (config.path.empty() ? "" : " in '" + config.path + "'");
  auto dataset = reader(config, seed);
  if (!dataset.ok()) return dataset.status().with_context(doing);
  dataset->format = dataset->train.format;
  COVEY_RETURN_IF_ERROR(check_dataset(*dataset).with_context(doing));
  limit_samples(dataset->train, dataset->classes, config.train_limit, Half::kTrain, seed);
  limit_samples(dataset->test, dataset->classes, config.test_limit, Half::kTest, seed);
  return dataset;
}

}  // namespace covey::data
