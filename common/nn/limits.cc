#include "common/nn/limits.h"

#include <algorithm>

namespace covey::nn {

namespace {

constexpr int kMostChannels = 16;
constexpr int kLongestSide = 512;
constexpr int kMostClasses = 100000;
constexpr int kLongestText = 1024;
constexpr int kMostRegions = 1024;  // and phrases, and their words
constexpr int kMostFeatures = 65536;
constexpr int kLargestVocabulary = 65536;  // ids have 16 bits

Status check_range(const char* what, int value, int low, int high) {
  if (value >= low && value <= high) return ok_status();
  return invalid_argument(std::string(what) + " is " + std::to_string(value) +
                          ", allowed: " + std::to_string(low) + ".." + std::to_string(high));
}

Status check_region_options(const ModelOptions& options) {
  COVEY_RETURN_IF_ERROR(check_range("the number of regions", options.regions.regions, 1, kMostRegions));
  COVEY_RETURN_IF_ERROR(check_range("the features of a region", options.regions.features, 1, kMostFeatures));
  COVEY_RETURN_IF_ERROR(check_range("the number of phrases", options.regions.phrases, 1, kMostRegions));
  COVEY_RETURN_IF_ERROR(check_range("the words of a phrase", options.regions.words, 1, kMostRegions));
  return check_range("the size of the vocabulary", options.vocabulary, 2, kLargestVocabulary);
}

const char* what_these_are(const ModelOptions& options) {
  if (options.regions.regions > 0) return "regions with phrases, allowed: grounding";
  return options.tokens > 0 ? "texts, allowed: transformer" : "images";
}

}  // namespace

Status check_options(const ModelOptions& options) {
  COVEY_RETURN_IF_ERROR(check_range("the number of classes", options.classes, 2, kMostClasses));
  if (options.regions.regions > 0) return check_region_options(options);
  if (options.tokens > 0) {
    COVEY_RETURN_IF_ERROR(check_range("the length of a text", options.tokens, 1, kLongestText));
    return check_range("the size of the vocabulary", options.vocabulary, 2, kLargestVocabulary);
  }
  COVEY_RETURN_IF_ERROR(check_range("the number of image channels", options.channels, 1, kMostChannels));
  COVEY_RETURN_IF_ERROR(check_range("the image height", options.height, 1, kLongestSide));
  return check_range("the image width", options.width, 1, kLongestSide);
}

Status check_images(const char* model, const ModelOptions& options) {
  if (options.channels == 0)
    return invalid_argument(std::string(model) + " takes images, these are " + what_these_are(options));
  if (options.norm == Norm::kGroup || options.norm == Norm::kBatch || options.norm == Norm::kNone)
    return ok_status();
  return invalid_argument(std::string(model) + " takes model.norm = group, batch or none");
}

Status check_texts(const char* model, const ModelOptions& options) {
  if (options.tokens == 0)
    return invalid_argument(std::string(model) + " takes texts, these are " + what_these_are(options));
  if (options.norm != Norm::kGroup) return ok_status();
  return invalid_argument(std::string(model) +
                          " takes model.norm = layer, batch, power, power-v, power-published or none");
}

Status check_regions(const char* model, const ModelOptions& options) {
  if (options.regions.regions == 0)
    return invalid_argument(std::string(model) + " takes regions with phrases, these are " +
                            what_these_are(options));
  if (options.norm == Norm::kNone) return ok_status();
  return invalid_argument(std::string(model) + " takes model.norm = none");
}

Status check_sides(const char* model, const ModelOptions& options, int smallest) {
  COVEY_RETURN_IF_ERROR(check_images(model, options));
  if (std::min(options.height, options.width) >= smallest) return ok_status();
  const std::string side = std::to_string(smallest);
  return invalid_argument(std::string(model) + " takes images from " + side + " x " + side + ", these are " +
                          std::to_string(options.height) + " x " + std::to_string(options.width));
}

}  // namespace covey::nn
