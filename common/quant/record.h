#pragma once

#include <cstdint>
#include <memory>

#include "common/base/bytes.h"
#include "common/base/layout.h"

namespace covey::quant {

/// How the values of a record are coded. The numbers are part of the format; 5 is taken in FORMAT.md.
enum class Scheme : std::uint8_t {
  kRaw32 = 0,  ///< fp32 as it is
  kPtq = 1,    ///< one scale and offset per tensor
  kPsq = 2,    ///< one per row
  kBhq = 3,    ///< one per row of a transformed matrix
  kSymCh = 4,  ///< one scale per row, zero in the middle
  kGroup = 6,  ///< one scale and offset per group of rows
  kQsgd = 7,   ///< one scale per tensor, zero in the middle
  kEden = 8,   ///< one scale per block of rotated values
  kTopk = 9,   ///< some values as they are, the others 0
  kZstd = 10,  ///< another record, compressed
};

namespace record_flag {
inline constexpr std::uint8_t kZeroAligned = 1u << 0;  ///< the offset is the code of zero
inline constexpr std::uint8_t kStochastic = 1u << 1;   ///< codes were rounded at random
inline constexpr std::uint8_t kConstant = 1u << 3;     ///< all values equal their offset; there are no codes
}  // namespace record_flag

/// The part of a record that every scheme has; the tensor's shape is written beside it.
struct RecordHeader {
  Scheme scheme = Scheme::kRaw32;
  std::uint8_t bits = 32;
  std::uint8_t flags = 0;
  std::uint32_t scale_count = 0;
};

/// Bytes of the tensor's raw32 record without its checksum; no record is longer.
std::size_t raw_record_bytes(const TensorSpec& tensor);

void write_record_header(const RecordHeader& header, const TensorSpec& tensor, ByteWriter& out);
/// kCorrupt when the shape is not that of `tensor`. The scheme's reader checks the other fields.
Result<RecordHeader> read_record_header(ByteReader& reader, const TensorSpec& tensor);

/// Takes a record's values piece by piece, in order; together the pieces cover the tensor once.
class PieceSink {
 public:
  virtual ~PieceSink() = default;
  /// Values [first, first + values.size()) of the tensor.
  virtual void on_values(std::size_t first, Span<const float> values) = 0;
  /// Value first + i is levels[codes[i]]: whoever needs a function of the values computes it once per level.
  virtual void on_codes(std::size_t first, Span<const float> levels, Span<const std::uint8_t> codes) = 0;
};

/// What follows the header of a checked record. A view: the container's bytes must outlive it.
class RecordBody {
 public:
  virtual ~RecordBody() = default;
  virtual void decode(PieceSink& sink) const = 0;
  /// No decoded |value| is larger; finite.
  virtual float magnitude_bound() const = 0;
  /// Of a value's code; 32 where values are kept as they are.
  virtual int bits() const { return 32; }
};

/// Reads and checks what follows the header: scales, offsets, codes, up to the checksum.
///   errors  kCorrupt for whatever the encoder of this scheme would not have written
using BodyReader = Result<std::unique_ptr<const RecordBody>> (*)(const RecordHeader& header,
                                                                 const TensorSpec& tensor,
                                                                 ByteReader& reader);

}  // namespace covey::quant
