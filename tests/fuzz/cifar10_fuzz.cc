// libraries: covey::data
#include "common/data/readers/cifar10.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  covey::data::SampleSet images;
  const covey::Status status = covey::data::parse_cifar10(covey::ByteSpan(data, size), images);
  if (status.ok()) COVEY_CHECK(images.size() * 3073 == size, images.size(), size);
  for (const std::int32_t label : images.labels) COVEY_CHECK(label >= 0 && label < 10, label);
  return 0;
}
