#include "common/data/readers/cifar10.h"

#include "common/base/file.h"
#include "common/base/image_shape.h"
#include "common/data/images.h"
#include "common/data/readers/normalisations.h"
#include "common/data/readers/readers.h"

namespace covey::data {

namespace {

constexpr ImageShape kShape{3, 32, 32};
constexpr int kClasses = 10;
constexpr std::size_t kRecordBytes = 1 + 3 * 32 * 32;
constexpr std::uint64_t kFileBytesMax = std::uint64_t{1} << 30;

Status read_part(const fs::path& path, SampleSet& images) {
  COVEY_ASSIGN_OR_RETURN(const MappedFile file, MappedFile::open(path));
  if (file.bytes().size() > kFileBytesMax) {
    return exhausted(path.string() + ": larger than " + std::to_string(kFileBytesMax) + " bytes");
  }
  return parse_cifar10(file.bytes(), images).with_context(path.string());
}

}  // namespace

Status parse_cifar10(ByteSpan bytes, SampleSet& images) {
  if (bytes.empty() || bytes.size() % kRecordBytes != 0) {
    return corrupt("at byte " + std::to_string(bytes.size() - bytes.size() % kRecordBytes) +
                   ": expected a record of " + std::to_string(kRecordBytes) + " bytes, found " +
                   std::to_string(bytes.size() % kRecordBytes));
  }
  images.bytes.reserve(images.bytes.size() + bytes.size());
  for (std::size_t start = 0; start < bytes.size(); start += kRecordBytes) {
    if (bytes[start] >= kClasses) {
      return corrupt("at byte " + std::to_string(start) + ": expected a label of 0 to 9, found " +
                     std::to_string(bytes[start]));
    }
    append_image(images, kShape, bytes.subspan(start + 1, kShape.bytes()), bytes[start]);
  }
  return ok_status();
}

/// data_batch_1.bin .. data_batch_5.bin and test_batch.bin, in data.path or in its sub-folder
/// cifar-10-batches-bin.
Result<Dataset> read_cifar10(const config::Data& config, std::uint64_t) {
  fs::path folder = config.path;
  std::error_code error;
  if (fs::is_directory(folder / "cifar-10-batches-bin", error)) folder /= "cifar-10-batches-bin";
  Dataset dataset;
  for (int i = 1; i <= 5; ++i) {
    COVEY_RETURN_IF_ERROR(read_part(folder / ("data_batch_" + std::to_string(i) + ".bin"), dataset.train));
  }
  COVEY_RETURN_IF_ERROR(read_part(folder / "test_batch.bin", dataset.test));
  dataset.classes = kClasses;
  dataset.normalisation = colour_normalisation();
  return dataset;
}

}  // namespace covey::data
