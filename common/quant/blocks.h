#pragma once

#include <memory>
#include <string>

#include "common/quant/codec.h"
#include "common/quant/grid.h"

namespace covey::quant {

/// Codecs that cut a matrix into blocks of whole, consecutive rows and lay one grid over each: one block per
/// tensor (PTQ, QSGD), per group of rows (GROUP) or per row (PSQ, SYM_CH). Their records differ in nothing
/// else.

/// What the encoder lays the grid of a block over; a reader need not know.
enum class BlockRange {
  kExtent,  ///< from the smallest to the largest value
  kNorm,    ///< as far as the L2 norm, on both sides of zero
};

struct BlockFormat {
  Scheme scheme = Scheme::kPtq;
  GridKind grid = GridKind::kAffine;
  std::size_t blocks = 1;  ///< 1 to the number of rows; row r lies in block floor(r * blocks / rows)
  BlockRange range = BlockRange::kExtent;
};

/// The format for a matrix of so many rows.
using BlockFormatOf = BlockFormat (*)(std::size_t rows, const CodecOptions& options);

///   name    of the codec, for messages
///   errors  kInvalidArgument unless options.bits is 2 to 8
Result<std::unique_ptr<const Codec>> make_block_codec(const char* name, const CodecOptions& options,
                                                      BlockFormatOf format_of);

///   name    of the scheme, for messages
///   errors  kCorrupt for a width, flag, number of scales, scale, offset or padding that no encoder writes
Result<std::unique_ptr<const RecordBody>> read_blocks(const char* name, const BlockFormat& format,
                                                      const RecordHeader& header, const TensorSpec& tensor,
                                                      ByteReader& reader);

}  // namespace covey::quant
