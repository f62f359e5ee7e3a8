#include "common/data/readers/idx_file.h"
#include "common/data/readers/normalisations.h"
#include "common/data/readers/readers.h"

namespace covey::data {

namespace {

constexpr int kClasses = 10;

Result<SampleSet> read_part(const fs::path& folder, const std::string& part) {
  // The files are found under both spellings.
  return read_idx_images(folder, {part + "-images-idx3-ubyte", part + "-images.idx3-ubyte"},
                         {part + "-labels-idx1-ubyte", part + "-labels.idx1-ubyte"});
}

/// The four files of MNIST and of the sets made in its image: {train,t10k}-{images-idx3,labels-idx1}-ubyte,
/// plain or .gz.
Result<Dataset> read_like_mnist(const fs::path& folder) {
  Dataset dataset;
  dataset.classes = kClasses;
  COVEY_ASSIGN_OR_RETURN(dataset.train, read_part(folder, "train"));
  COVEY_ASSIGN_OR_RETURN(dataset.test, read_part(folder, "t10k"));
  return dataset;
}

}  // namespace

Result<Dataset> read_mnist(const config::Data& config, std::uint64_t) {
  COVEY_ASSIGN_OR_RETURN(Dataset dataset, read_like_mnist(config.path));
  dataset.normalisation = character_normalisation();
  dataset.characters = true;
  return dataset;
}

Result<Dataset> read_fashion(const config::Data& config, std::uint64_t) {
  COVEY_ASSIGN_OR_RETURN(Dataset dataset, read_like_mnist(config.path));
  dataset.normalisation = fashion_normalisation();
  return dataset;
}

}  // namespace covey::data
