#include <algorithm>
#include <cmath>

#include "common/base/random.h"
#include "common/base/region_shape.h"
#include "common/data/readers/readers.h"
#include "common/data/regions/regions.h"

namespace covey::data {

namespace {

/// Test images are numbered from here on, so that their draws do not depend on the number of training images.
constexpr std::uint64_t kFirstTestImage = std::uint64_t{1} << 32;
constexpr std::uint64_t kPrototypes = std::uint64_t{1} << 33;
constexpr std::uint64_t kFirstOwner = kPrototypes + 1;
constexpr std::uint32_t kFillerWords = 10;
constexpr double kLeastShare = 1e-9;  ///< of a class in an owner's mix: every image needs different classes

using Vector = std::vector<double>;

std::string thing(std::size_t klass) {
  return "thing" + std::to_string(klass);
}

double dot(const Vector& a, const Vector& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

/// `count` random vectors of length 1 at right angles to one another (Gram and Schmidt, each twice).
std::vector<Vector> prototypes(std::size_t count, std::size_t width, Sequence draws) {
  std::vector<Vector> all;
  while (all.size() < count) {
    Vector next(width);
    for (double& value : next) value = draws.normal();
    for (int pass = 0; pass < 2; ++pass) {
      for (const Vector& one : all) {
        const double along = dot(next, one);
        for (std::size_t i = 0; i < width; ++i) next[i] -= along * one[i];
      }
    }
    const double length = std::sqrt(dot(next, next));
    for (double& value : next) value /= length;
    all.push_back(std::move(next));
  }
  return all;
}

/// What all images of a data set are drawn with.
struct World {
  config::Data config;
  Stream stream;
  std::vector<Vector> looks;   ///< of each class
  std::vector<Vector> owners;  ///< shares of the classes in the images of each
};

Vector class_mix(const config::Data& config, Sequence draws) {
  Vector shares(static_cast<std::size_t>(config.grounding_classes), 1);
  if (config.grounding_alpha == 0) return shares;
  double total = 0;
  for (double& share : shares) total += share = draws.gamma(config.grounding_alpha);
  for (double& share : shares) share = std::max(kLeastShare, total > 0 ? share / total : 1);
  return shares;
}

/// Different classes, each drawn by its share among those that are left.
std::vector<std::uint32_t> draw_classes(Vector shares, std::int64_t count, Sequence& draws) {
  std::vector<std::uint32_t> classes;
  while (classes.size() < static_cast<std::size_t>(count)) {
    double total = 0;
    for (const double share : shares) total += share;
    double rest = draws.uniform_double() * total;
    std::size_t chosen = 0;
    for (std::size_t c = 0; c < shares.size(); ++c) {
      if (shares[c] == 0) continue;
      chosen = c;
      rest -= shares[c];
      if (rest < 0) break;
    }
    shares[chosen] = 0;
    classes.push_back(static_cast<std::uint32_t>(chosen));
  }
  return classes;
}

std::string phrase_words(const World& world, std::uint32_t klass, Sequence& draws) {
  std::vector<std::string> words{thing(klass)};
  for (std::int64_t i = 0; i < world.config.grounding_fillers; ++i)
    words.push_back("filler" + std::to_string(draws.below(kFillerWords)));
  draws.shuffle(Span<std::string>(words));
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

void add_region(const World& world, std::uint32_t klass, Sequence& draws, CaptionedImage& image) {
  const Vector& look = world.looks[klass];
  const double noise = world.config.grounding_noise / std::sqrt(static_cast<double>(look.size()));
  for (const double value : look)
    image.features.push_back(static_cast<float>(value + noise * draws.normal()));
  std::uint32_t named = klass;
  if (draws.uniform_double() >= world.config.grounding_names)
    named = draws.below(static_cast<std::uint32_t>(world.looks.size()));
  image.regions.push_back(world.config.grounding_names > 0 ? thing(named) : "");
}

CaptionedImage draw_image(const World& world, const Vector& mix, std::uint32_t number, bool shuffled,
                          Sequence draws) {
  CaptionedImage image;
  image.image = number;
  const auto classes = draw_classes(mix, world.config.grounding_regions, draws);
  for (const std::uint32_t klass : classes) add_region(world, klass, draws, image);
  std::vector<std::uint32_t> order(classes.size());
  for (std::uint32_t k = 0; k < order.size(); ++k) order[k] = k;
  draws.shuffle(Span<std::uint32_t>(order));
  const auto said = shuffled ? draw_classes(mix, world.config.grounding_regions, draws) : classes;
  for (std::size_t p = 0; p < static_cast<std::size_t>(world.config.grounding_phrases); ++p)
    image.phrases.push_back({phrase_words(world, said[order[p]], draws), true, {order[p]}});
  image.label = static_cast<std::int32_t>(said[order[0]]);
  return image;
}

Status check(const config::Data& config) {
  if (config.grounding_features < config.grounding_classes)
    return invalid_argument("data.grounding_features is " + std::to_string(config.grounding_features) +
                            ", allowed: from data.grounding_classes, " +
                            std::to_string(config.grounding_classes) + ", on");
  if (config.grounding_regions >= config.grounding_classes)
    return invalid_argument("data.grounding_regions is " + std::to_string(config.grounding_regions) +
                            ", allowed: fewer than data.grounding_classes, " +
                            std::to_string(config.grounding_classes));
  const RegionShape shape{
      static_cast<int>(config.grounding_regions), static_cast<int>(config.grounding_features),
      static_cast<int>(config.grounding_phrases), static_cast<int>(1 + config.grounding_fillers), false};
  COVEY_RETURN_IF_ERROR(
      check_region_limits(shape, static_cast<std::uint64_t>(config.grounding_train + config.grounding_test)));
  if (config.grounding_phrases <= config.grounding_regions) return ok_status();
  return invalid_argument("data.grounding_phrases is " + std::to_string(config.grounding_phrases) +
                          ", allowed: at most data.grounding_regions, " +
                          std::to_string(config.grounding_regions));
}

}  // namespace

/// Images of regions and captions about them (second-order-and-models.md E.8). A class looks like one of so
/// many vectors at right angles, with noise, and has one word; an image shows different classes, and a phrase
/// says the word of one of its regions. Every caption is about an image of its own, which belongs to owner
/// (its number) mod grounding_owners; test images have all classes alike. The label is the class that a
/// caption names first. Image i is a function of (seed, i) and of the sizes.
Result<Dataset> generate_grounding(const config::Data& config, std::uint64_t seed) {
  // Such as a coordinator's folder that vanished: not a reason to draw others.
  if (!config.path.empty())
    return invalid_argument(
        "data.path is not a folder of `covey-sim partition --write`, and grounding is drawn, not read");
  COVEY_RETURN_IF_ERROR(check(config));
  World world{config, Stream(seed, {Purpose::kGrounding, 0, 0, kNoEntity}), {}, {}};
  world.looks = prototypes(static_cast<std::size_t>(config.grounding_classes),
                           static_cast<std::size_t>(config.grounding_features), {world.stream, kPrototypes});
  const auto owners = static_cast<std::uint32_t>(config.grounding_owners);
  const auto drawn = std::min<std::int64_t>(config.grounding_owners, config.grounding_train);
  for (std::uint32_t owner = 0; owner < drawn; ++owner)
    world.owners.push_back(class_mix(config, {world.stream, kFirstOwner + owner}));

  std::vector<CaptionedImage> train;
  std::vector<CaptionedImage> test;
  for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(config.grounding_train); ++i)
    train.push_back(
        draw_image(world, world.owners[i % owners], i, config.grounding_shuffled, {world.stream, i}));
  const Vector all_alike(world.looks.size(), 1);
  for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(config.grounding_test); ++i)
    test.push_back(draw_image(world, all_alike, i, false, {world.stream, kFirstTestImage + i}));

  Dataset dataset;
  dataset.task = "phrase-grounding";
  dataset.classes = static_cast<int>(config.grounding_classes);
  const RegionShape shape = shape_of(train, kRegionsMax, kRegionsMax, kRegionsMax);
  COVEY_ASSIGN_OR_RETURN(dataset.train, region_rows(train, shape));
  COVEY_ASSIGN_OR_RETURN(dataset.test, region_rows(test, shape));
  for (std::uint32_t i = 0; i < dataset.train.size(); ++i) dataset.train.owners.push_back(i % owners);
  std::vector<std::string> words;
  for (std::size_t c = 0; c < world.looks.size(); ++c) words.push_back(thing(c));
  for (std::uint32_t i = 0; i < (config.grounding_fillers > 0 ? kFillerWords : 0); ++i)
    words.push_back("filler" + std::to_string(i));
  COVEY_ASSIGN_OR_RETURN(const Vocabulary vocabulary, Vocabulary::of_words(words));
  encode_regions(vocabulary, dataset.train);
  encode_regions(vocabulary, dataset.test);
  dataset.vocabulary = vocabulary.words();
  return dataset;
}

}  // namespace covey::data
