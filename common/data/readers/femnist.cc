#include <algorithm>

#include "common/data/images.h"
#include "common/data/readers/idx_file.h"
#include "common/data/readers/normalisations.h"
#include "common/data/readers/readers.h"

namespace covey::data {

namespace {

/// The published set has no test part: every sixth image of each writer becomes one, as MNIST has six times
/// as many to train.
constexpr std::uint32_t kHoldOutEvery = 6;

struct Halves {
  std::vector<std::uint32_t> train;
  std::vector<std::uint32_t> test;
};

Halves hold_out(const std::vector<std::uint32_t>& owners) {
  Halves halves;
  std::vector<std::uint32_t> seen(256, 0);
  for (std::uint32_t i = 0; i < owners.size(); ++i) {
    const bool test = ++seen[owners[i]] % kHoldOutEvery == 0;
    (test ? halves.test : halves.train).push_back(i);
  }
  return halves;
}

}  // namespace

/// Files images-idx3-ubyte, labels-idx1-ubyte and clients-idx1-ubyte (the writer of each image), plain or
/// .gz. Images are published as dark ink on white; they are inverted, so that the black fill of the views is
/// background as in EMNIST.
Result<Dataset> read_femnist(const config::Data& config, std::uint64_t) {
  COVEY_ASSIGN_OR_RETURN(SampleSet all,
                         read_idx_images(config.path, {"images-idx3-ubyte"}, {"labels-idx1-ubyte"}));
  COVEY_ASSIGN_OR_RETURN(const auto owners, read_idx_numbers(config.path, {"clients-idx1-ubyte"}));
  if (owners.size() != all.size() || owners.empty()) {
    return corrupt("'" + config.path + "': clients-idx1-ubyte: expected one entry for each of " +
                   std::to_string(all.size()) + " images, at least one, found " +
                   std::to_string(owners.size()));
  }
  all.owners.assign(owners.begin(), owners.end());
  for (std::uint8_t& pixel : all.bytes) pixel = static_cast<std::uint8_t>(255 - pixel);
  const Halves halves = hold_out(all.owners);
  Dataset dataset;
  dataset.train = subset(all, halves.train);
  dataset.test = subset(all, halves.test);
  dataset.classes = *std::max_element(all.labels.begin(), all.labels.end()) + 1;
  dataset.normalisation = character_normalisation();
  dataset.characters = true;
  return dataset;
}

}  // namespace covey::data
