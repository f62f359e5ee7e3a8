#include "common/quant/record.h"

namespace covey::quant {

std::size_t raw_record_bytes(const TensorSpec& tensor) {
  constexpr std::size_t kFixedFields = 4 + 4;  // scheme, bits, flags, rank; number of scales
  return kFixedFields + sizeof(std::uint32_t) * tensor.shape.size() + sizeof(float) * tensor.count;
}

void write_record_header(const RecordHeader& header, const TensorSpec& tensor, ByteWriter& out) {
  COVEY_CHECK(tensor.shape.size() <= 0xff, tensor.name, tensor.shape.size());
  out.put(static_cast<std::uint8_t>(header.scheme));
  out.put(header.bits);
  out.put(header.flags);
  out.put(static_cast<std::uint8_t>(tensor.shape.size()));
  for (const std::uint32_t dim : tensor.shape) out.put(dim);
  out.put(header.scale_count);
}

Result<RecordHeader> read_record_header(ByteReader& reader, const TensorSpec& tensor) {
  RecordHeader header;
  COVEY_ASSIGN_OR_RETURN(const auto scheme, reader.get<std::uint8_t>("scheme"));
  header.scheme = static_cast<Scheme>(scheme);
  COVEY_ASSIGN_OR_RETURN(header.bits, reader.get<std::uint8_t>("bits"));
  COVEY_ASSIGN_OR_RETURN(header.flags, reader.get<std::uint8_t>("flags"));
  COVEY_ASSIGN_OR_RETURN(const auto rank, reader.get<std::uint8_t>("rank"));
  if (rank != tensor.shape.size()) {
    return corrupt("rank " + std::to_string(rank) + ", the model has " + std::to_string(tensor.shape.size()));
  }
  for (std::size_t i = 0; i < rank; ++i) {
    COVEY_ASSIGN_OR_RETURN(const auto dim, reader.get<std::uint32_t>("dimension"));
    if (dim != tensor.shape[i]) {
      return corrupt("dimension " + std::to_string(i) + " is " + std::to_string(dim) + ", the model has " +
                     std::to_string(tensor.shape[i]));
    }
  }
  COVEY_ASSIGN_OR_RETURN(header.scale_count, reader.get<std::uint32_t>("number of scales"));
  return header;
}

}  // namespace covey::quant
