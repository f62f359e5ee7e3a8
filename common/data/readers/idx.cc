#include "common/data/readers/idx.h"

#include "common/base/image_shape.h"
#include "common/data/images.h"

namespace covey::data {

namespace {

constexpr std::uint8_t kUnsignedByte = 0x08;

Status expected(std::size_t offset, const std::string& what, const std::string& found) {
  return corrupt("at byte " + std::to_string(offset) + ": expected " + what + ", found " + found);
}

Status check_magic(ByteSpan bytes, std::size_t dimension_count) {
  if (bytes.size() < 4) return expected(bytes.size(), "4 bytes of IDX header", "the end");
  const std::array<std::uint8_t, 4> magic = {0, 0, kUnsignedByte, static_cast<std::uint8_t>(dimension_count)};
  for (std::size_t i = 0; i < magic.size(); ++i) {
    if (bytes[i] != magic[i]) {
      return expected(i, "IDX header byte " + std::to_string(magic[i]), std::to_string(bytes[i]));
    }
  }
  return ok_status();
}

std::uint32_t big_endian(ByteSpan four) {
  return std::uint32_t{four[0]} << 24 | std::uint32_t{four[1]} << 16 | std::uint32_t{four[2]} << 8 | four[3];
}

}  // namespace

Result<IdxArray> parse_idx(ByteSpan bytes, std::size_t dimension_count) {
  COVEY_RETURN_IF_ERROR(check_magic(bytes, dimension_count));
  const std::size_t header = 4 + 4 * dimension_count;
  if (bytes.size() < header) {
    return expected(bytes.size(), std::to_string(header) + " bytes of IDX header", "the end");
  }
  IdxArray array;
  std::uint64_t count = 1;
  for (std::size_t i = 0; i < dimension_count; ++i) {
    const std::uint32_t size = big_endian(bytes.subspan(4 + 4 * i, 4));
    if (size != 0 && count > kPixelBytesMax / size) {
      return expected(4 + 4 * i, "at most " + std::to_string(kPixelBytesMax) + " values", "a larger array");
    }
    count *= size;
    array.dimensions.push_back(size);
  }
  if (bytes.size() - header != count) {
    return expected(header, std::to_string(count) + " bytes of values",
                    std::to_string(bytes.size() - header));
  }
  array.values = bytes.subspan(header, bytes.size() - header);
  return array;
}

Result<SampleSet> parse_idx_images(ByteSpan bytes) {
  COVEY_ASSIGN_OR_RETURN(const IdxArray array, parse_idx(bytes, 3));
  const std::uint32_t side_max = kSideMax;
  for (std::size_t i = 1; i < 3; ++i) {
    const std::uint32_t side = array.dimensions[i];
    if (side < 1 || side > side_max) {
      return expected(4 + 4 * i, "an image side of 1 to " + std::to_string(side_max), std::to_string(side));
    }
  }
  SampleSet images;
  const ImageShape shape{1, static_cast<int>(array.dimensions[1]), static_cast<int>(array.dimensions[2])};
  images.format = shape;
  const Status limits = check_image_limits(shape, array.dimensions[0]);
  if (!limits.ok()) return corrupt("at byte 4: " + limits.message());
  images.bytes.assign(array.values.begin(), array.values.end());
  images.labels.assign(array.dimensions[0], kNoLabel);
  return images;
}

Result<std::vector<std::uint8_t>> parse_idx_numbers(ByteSpan bytes) {
  COVEY_ASSIGN_OR_RETURN(const IdxArray array, parse_idx(bytes, 1));
  return std::vector<std::uint8_t>(array.values.begin(), array.values.end());
}

}  // namespace covey::data
