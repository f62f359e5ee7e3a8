#include "common/nn/limits.h"

#include <algorithm>

namespace covey::nn {

namespace {

constexpr int kMostChannels = 16;
constexpr int kLongestSide = 512;
constexpr int kMostClasses = 100000;

Status check_range(const char* what, int value, int low, int high) {
  if (value >= low && value <= high) return ok_status();
  return invalid_argument(std::string(what) + " is " + std::to_string(value) +
                          ", allowed: " + std::to_string(low) + ".." + std::to_string(high));
}

}  // namespace

Status check_options(const ModelOptions& options) {
  COVEY_RETURN_IF_ERROR(check_range("the number of image channels", options.channels, 1, kMostChannels));
  COVEY_RETURN_IF_ERROR(check_range("the image height", options.height, 1, kLongestSide));
  COVEY_RETURN_IF_ERROR(check_range("the image width", options.width, 1, kLongestSide));
  return check_range("the number of classes", options.classes, 2, kMostClasses);
}

Status check_sides(const char* model, const ModelOptions& options, int smallest) {
  if (std::min(options.height, options.width) >= smallest) return ok_status();
  const std::string side = std::to_string(smallest);
  return invalid_argument(std::string(model) + " takes images from " + side + " x " + side + ", these are " +
                          std::to_string(options.height) + " x " + std::to_string(options.width));
}

}  // namespace covey::nn
