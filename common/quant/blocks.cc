#include "common/quant/blocks.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <vector>

#include "common/base/random.h"
#include "common/quant/code_stream.h"
#include "common/quant/kernels/extent.h"
#include "common/quant/kernels/levels.h"

namespace covey::quant {

namespace {

// The blocks of a tensor as ranges of its values.
class BlockRanges {
 public:
  BlockRanges(std::size_t rows, std::size_t columns, std::size_t blocks)
      : rows_(rows), columns_(columns), blocks_(blocks) {}

  std::size_t count() const { return blocks_; }
  std::size_t begin(std::size_t block) const { return (block * rows_ + blocks_ - 1) / blocks_ * columns_; }
  std::size_t end(std::size_t block) const { return begin(block + 1); }
  std::size_t size(std::size_t block) const { return end(block) - begin(block); }

 private:
  std::size_t rows_;
  std::size_t columns_;
  std::size_t blocks_;
};

struct FittedBlock {
  Span<const float> values;
  Grid grid;
  bool flat = false;
};

kernels::Extent<double> range_of(BlockRange kind, Span<const float> values) {
  if (kind == BlockRange::kExtent) {
    const auto [low, high] = kernels::extent_of(values);
    return {static_cast<double>(low), static_cast<double>(high)};
  }
  double square = 0;
  for (const float value : values) square += static_cast<double>(value) * static_cast<double>(value);
  const double norm = std::sqrt(square);
  return {-norm, norm};
}

std::vector<FittedBlock> fit_blocks(const BlockFormat& format, const Matrix& matrix, int bits) {
  const BlockRanges ranges(matrix.rows, matrix.columns, format.blocks);
  std::vector<FittedBlock> blocks(ranges.count());
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    blocks[b].values = matrix.values.subspan(ranges.begin(b), ranges.size(b));
    const auto [low, high] = range_of(format.range, blocks[b].values);
    blocks[b].grid = fit_grid(format.grid, low, high, bits);
    blocks[b].flat = is_flat(format.grid, low, high);
  }
  return blocks;
}

// What stands in a record's field of offsets; SYM_CH has none.
bool has_offsets(GridKind kind) {
  return kind != GridKind::kSymmetric;
}

float offset_field(GridKind kind, const Grid& grid) {
  return kind == GridKind::kZeroAligned ? static_cast<float>(grid.zero) : grid.offset;
}

class BlockCodec final : public Codec {
 public:
  BlockCodec(const CodecOptions& options, BlockFormatOf format_of)
      : options_(options), format_of_(format_of) {}

  void encode(const TensorSpec& tensor, Span<const float> values, const CodecDraws& draws,
              ByteWriter& out) const override {
    const BlockFormat format = format_of_(row_count(tensor), options_);
    const auto blocks = fit_blocks(format, as_matrix(tensor, values), options_.bits);
    const bool constant =
        std::all_of(blocks.begin(), blocks.end(), [](const FittedBlock& block) { return block.flat; });
    RecordHeader header;
    header.scheme = format.scheme;
    header.bits = static_cast<std::uint8_t>(options_.bits);
    header.flags = constant ? record_flag::kConstant : flags(format, draws);
    header.scale_count = static_cast<std::uint32_t>(blocks.size());
    write_record_header(header, tensor, out);
    for (const FittedBlock& block : blocks) out.put(block.grid.scale);
    if (has_offsets(format.grid)) {
      for (const FittedBlock& block : blocks) out.put(offset_field(format.grid, block.grid));
    }
    if (!constant) write_codes(blocks, tensor, draws, out.bytes());
  }

  double exact_variance(const Matrix& matrix) const override {
    double total = 0;
    for (const FittedBlock& block : fit_blocks(format_of_(matrix.rows, options_), matrix, options_.bits)) {
      for (const float value : block.values)
        total += rounding_variance(block.grid, static_cast<double>(value));
    }
    return total;
  }

  double worst_case_bound(const Matrix& matrix) const override {
    double total = 0;
    for (const FittedBlock& block : fit_blocks(format_of_(matrix.rows, options_), matrix, options_.bits)) {
      if (!block.flat) total += static_cast<double>(block.values.size()) * largest_variance(block.grid);
    }
    return total;
  }

 private:
  static std::uint8_t flags(const BlockFormat& format, const CodecDraws& draws) {
    const unsigned aligned = format.grid == GridKind::kZeroAligned ? record_flag::kZeroAligned : 0u;
    const unsigned stochastic = draws.stochastic() ? record_flag::kStochastic : 0u;
    return static_cast<std::uint8_t>(aligned | stochastic);
  }

  void write_codes(const std::vector<FittedBlock>& blocks, const TensorSpec& tensor, const CodecDraws& draws,
                   Bytes& out) const {
    CodeWriter codes(options_.bits, tensor.count, fnv1a64(tensor.name), draws, out);
    for (const FittedBlock& block : blocks) codes.append(block.grid, block.values);
  }

  CodecOptions options_;
  BlockFormatOf format_of_;
};

// ---- reading

// The grids of a record, read where they lie.
class GridTable {
 public:
  GridTable(GridKind kind, int bits, ByteSpan scales, ByteSpan offsets)
      : kind_(kind), bits_(bits), scales_(scales), offsets_(offsets) {}

  Grid operator[](std::size_t block) const {
    Grid grid;
    grid.scale = number(scales_, block);
    if (kind_ == GridKind::kAffine) grid.offset = number(offsets_, block);
    if (kind_ == GridKind::kZeroAligned) grid.zero = static_cast<int>(number(offsets_, block));
    if (kind_ == GridKind::kSymmetric) grid.zero = 1 << (bits_ - 1);
    return grid;
  }

  Status check() const {
    for (std::size_t b = 0; b < scales_.size() / sizeof(float); ++b) {
      const float scale = number(scales_, b);
      if (!std::isfinite(scale) || scale <= 0)
        return corrupt("scale " + std::to_string(b) + " is not a positive finite number");
      if (has_offsets(kind_)) COVEY_RETURN_IF_ERROR(check_offset(b));
    }
    return ok_status();
  }

 private:
  static float number(ByteSpan numbers, std::size_t i) {
    float value;
    std::memcpy(&value, numbers.data() + i * sizeof(value), sizeof(value));
    return value;
  }

  Status check_offset(std::size_t block) const {
    const float offset = number(offsets_, block);
    if (!std::isfinite(offset)) return corrupt("offset " + std::to_string(block) + " is not finite");
    if (kind_ != GridKind::kZeroAligned) return ok_status();
    if (offset < 0 || offset > static_cast<float>(last_code(bits_)) || std::rint(offset) != offset ||
        std::signbit(offset))
      return corrupt("offset " + std::to_string(block) + " is not the code of zero: not one of 0 to " +
                     std::to_string(last_code(bits_)));
    return ok_status();
  }

  GridKind kind_;
  int bits_;
  ByteSpan scales_;
  ByteSpan offsets_;
};

class BlockBody final : public RecordBody {
 public:
  BlockBody(const BlockRanges& ranges, const GridTable& grids, int bits, ByteSpan packed)
      : ranges_(ranges), grids_(grids), bits_(bits), packed_(packed) {
    // Levels rise with the code, so the ends bound them all.
    for (std::size_t b = 0; b < ranges_.count(); ++b) {
      const Grid grid = grids_[b];
      magnitude_bound_ =
          std::max({magnitude_bound_, std::fabs(level(grid, 0)), std::fabs(level(grid, last_code(bits_)))});
    }
  }

  void decode(PieceSink& sink) const override {
    CodeReader codes(packed_, bits_, ranges_.end(ranges_.count() - 1));
    for (std::size_t b = 0; b < ranges_.count(); ++b) {
      if (ranges_.size(b) > static_cast<std::size_t>(last_code(bits_))) {
        decode_as_codes(b, codes, sink);
      } else {
        decode_as_values(b, codes, sink);
      }
    }
  }
  float magnitude_bound() const override { return magnitude_bound_; }
  int bits() const override { return bits_; }

 private:
  void decode_as_codes(std::size_t block, CodeReader& reader, PieceSink& sink) const {
    const Grid grid = grids_[block];
    std::array<std::uint8_t, 1 << kMaxBits> all;
    std::iota(all.begin(), all.end(), std::uint8_t{0});
    std::array<float, 1 << kMaxBits> table;
    const Span<float> levels(table.data(), std::size_t{1} << bits_);
    kernels::decode(grid, all.data(), levels);
    for (std::size_t i = ranges_.begin(block); i < ranges_.end(block);) {
      const auto codes = reader.at(i, ranges_.end(block) - i);
      sink.on_codes(i, levels, codes);
      i += codes.size();
    }
  }

  // A block shorter than its table of levels, which would cost more than the values.
  void decode_as_values(std::size_t block, CodeReader& reader, PieceSink& sink) const {
    const Grid grid = grids_[block];
    std::array<float, 1 << kMaxBits> values;
    for (std::size_t i = ranges_.begin(block); i < ranges_.end(block);) {
      const auto codes = reader.at(i, ranges_.end(block) - i);
      const Span<float> piece(values.data(), codes.size());
      kernels::decode(grid, codes.data(), piece);
      sink.on_values(i, piece);
      i += codes.size();
    }
  }

  BlockRanges ranges_;
  GridTable grids_;
  int bits_;
  ByteSpan packed_;
  float magnitude_bound_ = 0;
};

// Blocks whose values all equal the block's offset.
class ConstantBody final : public RecordBody {
 public:
  ConstantBody(const BlockRanges& ranges, const GridTable& grids, int bits)
      : ranges_(ranges), grids_(grids), bits_(bits) {
    for (std::size_t b = 0; b < ranges_.count(); ++b)
      magnitude_bound_ = std::max(magnitude_bound_, std::fabs(grids_[b].offset));
  }

  void decode(PieceSink& sink) const override {
    std::array<float, kCodePiece> piece;
    for (std::size_t b = 0; b < ranges_.count(); ++b) {
      std::fill_n(piece.begin(), std::min(kCodePiece, ranges_.size(b)), grids_[b].offset);
      for (std::size_t i = ranges_.begin(b); i < ranges_.end(b); i += kCodePiece)
        sink.on_values(i, {piece.data(), std::min(kCodePiece, ranges_.end(b) - i)});
    }
  }
  float magnitude_bound() const override { return magnitude_bound_; }
  int bits() const override { return bits_; }

 private:
  BlockRanges ranges_;
  GridTable grids_;
  int bits_;
  float magnitude_bound_ = 0;
};

Status check_header(const std::string& name, const BlockFormat& format, const RecordHeader& header) {
  if (!is_code_width(header.bits))
    return corrupt("scheme " + name + " has 2 to 8 bits, not " + std::to_string(header.bits));
  if (header.scale_count != format.blocks) {
    return corrupt("scheme " + name + " has " +
                   (format.blocks == 1 ? "one scale" : std::to_string(format.blocks) + " scales") + ", not " +
                   std::to_string(header.scale_count));
  }
  const unsigned aligned = format.grid == GridKind::kZeroAligned ? record_flag::kZeroAligned : 0u;
  if (header.flags != record_flag::kConstant && (header.flags & ~record_flag::kStochastic) != aligned)
    return corrupt("scheme " + name + " does not have flags " + std::to_string(header.flags));
  return ok_status();
}

// A symmetric grid reaches as far up as down, so its lowest code stays unused.
Status check_lowest_code_unused(ByteSpan packed, int bits, std::size_t count) {
  CodeReader reader(packed, bits, count);
  for (std::size_t i = 0; i < count;) {
    const auto codes = reader.at(i, count - i);
    if (std::find(codes.begin(), codes.end(), 0) != codes.end())
      return corrupt("code 0 is in use, which a symmetric grid does not have");
    i += codes.size();
  }
  return ok_status();
}

}  // namespace

Result<std::unique_ptr<const Codec>> make_block_codec(const char* name, const CodecOptions& options,
                                                      BlockFormatOf format_of) {
  if (!is_code_width(options.bits)) {
    return invalid_argument("codec " + std::string(name) + " takes 2 to 8 bits, not " +
                            std::to_string(options.bits));
  }
  return std::unique_ptr<const Codec>(std::make_unique<BlockCodec>(options, format_of));
}

Result<std::unique_ptr<const RecordBody>> read_blocks(const char* name, const BlockFormat& format,
                                                      const RecordHeader& header, const TensorSpec& tensor,
                                                      ByteReader& reader) {
  COVEY_RETURN_IF_ERROR(check_header(name, format, header));
  const std::size_t table_bytes = format.blocks * sizeof(float);
  COVEY_ASSIGN_OR_RETURN(const ByteSpan scales, reader.get_bytes(table_bytes, "scales"));
  ByteSpan offsets;
  if (has_offsets(format.grid)) {
    COVEY_ASSIGN_OR_RETURN(offsets, reader.get_bytes(table_bytes, "offsets"));
  }
  const int bits = header.bits;
  const GridTable grids(format.grid, bits, scales, offsets);
  COVEY_RETURN_IF_ERROR(grids.check());
  const std::size_t rows = row_count(tensor);
  const BlockRanges ranges(rows, tensor.count / rows, format.blocks);
  if (header.flags == record_flag::kConstant) {
    for (std::size_t b = 0; b < format.blocks; ++b) {
      if (grids[b].scale != 1) return corrupt("a constant tensor has scale 1");
    }
    return std::unique_ptr<const RecordBody>(std::make_unique<ConstantBody>(ranges, grids, bits));
  }
  COVEY_ASSIGN_OR_RETURN(const ByteSpan packed, get_codes(reader, tensor.count, bits));
  if (format.grid == GridKind::kSymmetric)
    COVEY_RETURN_IF_ERROR(check_lowest_code_unused(packed, bits, tensor.count));
  return std::unique_ptr<const RecordBody>(std::make_unique<BlockBody>(ranges, grids, bits, packed));
}

}  // namespace covey::quant
