// libraries: covey::data
#include "common/data/readers/image_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto image = covey::data::decode_image(covey::ByteSpan(data, size));
  if (!image.ok()) return 0;
  const auto again = covey::data::decode_image(covey::data::encode_png(image->shape, image->pixels));
  COVEY_CHECK(again.ok() && again->pixels == image->pixels, "what is written is read back");
  return 0;
}
