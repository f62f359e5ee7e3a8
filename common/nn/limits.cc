#include "common/nn/limits.h"

#include <algorithm>

#include "common/base/image_shape.h"

namespace covey::nn {

namespace {

constexpr int kMostChannels = 16;
constexpr int kLongestSide = 512;
constexpr int kLargestVocabulary = 65536;  // ids have 16 bits

}  // namespace

Status check_range(const char* what, int value, int low, int high) {
  if (value >= low && value <= high) return ok_status();
  return invalid_argument(std::string(what) + " is " + std::to_string(value) +
                          ", allowed: " + std::to_string(low) + ".." + std::to_string(high));
}

Status check_vocabulary(const ModelOptions& options) {
  return check_range("the size of the vocabulary", options.vocabulary, 2, kLargestVocabulary);
}

Status check_norm(const char* model, Norm norm, std::initializer_list<const char*> allowed) {
  std::string names;
  for (const char* name : allowed) {
    if (*parse_norm(name) == norm) return ok_status();
    names += (names.empty() ? "" : ", ") + std::string(name);
  }
  return invalid_argument(std::string(model) + " takes other values of model.norm, allowed: " + names);
}

Status check_images(const char* model, const ModelOptions& options, int smallest) {
  COVEY_RETURN_IF_ERROR(check_norm(model, options.norm, {"group", "batch", "none"}));
  const ImageShape shape = ImageShape::of(options.samples);
  COVEY_RETURN_IF_ERROR(check_range("the number of image channels", shape.channels, 1, kMostChannels));
  COVEY_RETURN_IF_ERROR(check_range("the image height", shape.height, 1, kLongestSide));
  COVEY_RETURN_IF_ERROR(check_range("the image width", shape.width, 1, kLongestSide));
  if (std::min(shape.height, shape.width) >= smallest) return ok_status();
  const std::string side = std::to_string(smallest);
  return invalid_argument(std::string(model) + " takes images from " + side + " x " + side + ", these are " +
                          std::to_string(shape.height) + " x " + std::to_string(shape.width));
}

}  // namespace covey::nn
