// libraries: covey::data
#include "common/data/readers/emnist.h"
#include "common/data/readers/idx.h"
#include "common/data/readers/inflate.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const covey::ByteSpan bytes(data, size);
  const auto images = covey::data::parse_idx_images(bytes);
  if (images.ok())
    COVEY_CHECK(images->bytes.size() == images->size() * images->format.bytes(), images->size());
  const auto numbers = covey::data::parse_idx_numbers(bytes);
  if (numbers.ok()) COVEY_CHECK(numbers->size() + 8 == size, size);
  const auto classes = covey::data::count_mapped_classes(covey::as_text(bytes));
  if (classes.ok()) COVEY_CHECK(*classes >= 1, *classes);
  const auto unpacked = covey::data::inflated(bytes, covey::data::Compression::kGzip, 1 << 20);
  if (unpacked.ok()) COVEY_CHECK(unpacked->size() <= 1 << 20, unpacked->size());
  return 0;
}
