#include "common/quant/codecs/bhq.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "common/base/random.h"
#include "common/quant/code_stream.h"
#include "common/quant/codecs/psq.h"
#include "common/quant/grid.h"
#include "common/quant/householder.h"
#include "common/quant/kernels/levels.h"

namespace covey::quant {

namespace {

constexpr double kFloatMax = std::numeric_limits<float>::max();
constexpr std::size_t kRowsOfNarrowIndices = 65535;  // with more rows, row numbers take 4 bytes

bool has_wide_indices(std::size_t rows) {
  return rows > kRowsOfNarrowIndices;
}

std::size_t index_bytes(std::size_t rows) {
  return has_wide_indices(rows) ? sizeof(std::uint32_t) : sizeof(std::uint16_t);
}

struct TransformedRow {
  Span<const double> values;
  double low;
  double high;

  Grid fit(int bits) const { return fit_grid(GridKind::kAffine, low, high, bits); }
};

// Calls visit(group, row of Y) for every row of the transformed matrix in order.
template <typename Visit>
void for_each_transformed_row(const Matrix& matrix, const HouseholderPlan& plan, Visit visit) {
  const std::uint32_t* rows = plan.order.data();
  for (const HouseholderGroup& group : plan.groups) {
    transform_group(matrix, group, rows,
                    [&](std::size_t, Span<const double> row, const kernels::Extent<double>& extent) {
                      visit(group, TransformedRow{row, extent.low, extent.high});
                    });
    rows += group.size;
  }
}

// Rows that cancel each other leave a row of one value, which the offset may be.
bool is_exact(const Grid& grid, Span<const double> row) {
  return std::all_of(row.begin(), row.end(), [&](double value) { return position(grid, value) == 0; });
}

class BhqCodec final : public Codec {
 public:
  BhqCodec(int bits, std::unique_ptr<const Codec> psq) : bits_(bits), psq_(std::move(psq)) {}

  void encode(const TensorSpec& tensor, Span<const float> values, const CodecDraws& draws,
              ByteWriter& out) const override {
    const Matrix matrix = as_matrix(tensor, values);
    if (!has_householder_plan(matrix)) return psq_->encode(tensor, values, draws, out);
    const HouseholderPlan plan = plan_householder(matrix);
    RecordHeader header;
    header.scheme = Scheme::kBhq;
    header.bits = static_cast<std::uint8_t>(bits_);
    header.flags = draws.stochastic() ? record_flag::kStochastic : std::uint8_t{0};
    header.scale_count = static_cast<std::uint32_t>(matrix.rows);
    write_record_header(header, tensor, out);
    // Grid and codes of a row are made together, though all grids come first.
    std::size_t scale_at = out.bytes().size();
    std::size_t offset_at = scale_at + matrix.rows * sizeof(float);
    out.bytes().resize(offset_at + matrix.rows * sizeof(float));
    write_plan(plan, out);
    const auto put_at = [&](std::size_t& place, float number) {
      std::memcpy(out.bytes().data() + place, &number, sizeof(number));
      place += sizeof(number);
    };
    CodeWriter codes(bits_, tensor.count, fnv1a64(tensor.name), draws, out.bytes());
    for_each_transformed_row(matrix, plan, [&](const HouseholderGroup&, const TransformedRow& row) {
      const Grid grid = row.fit(bits_);
      put_at(scale_at, grid.scale);
      put_at(offset_at, grid.offset);
      codes.append(grid, row.values);
    });
  }

  double exact_variance(const Matrix& matrix) const override {
    if (!has_householder_plan(matrix)) return psq_->exact_variance(matrix);
    double total = 0;
    for_each_transformed_row(matrix, plan_householder(matrix),
                             [&](const HouseholderGroup& group, const TransformedRow& row) {
                               const Grid grid = row.fit(bits_);
                               for (const double value : row.values)
                                 total += amplification(group) * rounding_variance(grid, value);
                             });
    return total;
  }

  double worst_case_bound(const Matrix& matrix) const override {
    if (!has_householder_plan(matrix)) return psq_->worst_case_bound(matrix);
    double total = 0;
    for_each_transformed_row(
        matrix, plan_householder(matrix), [&](const HouseholderGroup& group, const TransformedRow& row) {
          const Grid grid = row.fit(bits_);
          if (is_exact(grid, row.values)) return;
          total += amplification(group) * static_cast<double>(row.values.size()) * largest_variance(grid);
        });
    return total;
  }

 private:
  static void write_plan(const HouseholderPlan& plan, ByteWriter& out) {
    const bool wide = has_wide_indices(plan.order.size());
    const auto put_index = [&](std::uint32_t index) {
      wide ? out.put(index) : out.put(static_cast<std::uint16_t>(index));
    };
    for (const std::uint32_t row : plan.order) put_index(row);
    out.put(static_cast<std::uint32_t>(plan.groups.size()));
    for (const HouseholderGroup& group : plan.groups) put_index(group.size);
    for (const HouseholderGroup& group : plan.groups) out.put(group.ratio);
  }

  int bits_;
  std::unique_ptr<const Codec> psq_;
};

// ---- reading

class BhqBody final : public RecordBody {
 public:
  BhqBody(HouseholderPlan plan, std::vector<Grid> grids, int bits, std::size_t columns, ByteSpan packed)
      : plan_(std::move(plan)), grids_(std::move(grids)), bits_(bits), columns_(columns), packed_(packed) {}

  void decode(PieceSink& sink) const override {
    Values values(grids_.size() * columns_);
    CodeReader codes(packed_, bits_, values.size());
    std::size_t first = 0;
    for (const HouseholderGroup& group : plan_.groups) {
      decode_group(group, first, codes, values.data());
      first += group.size;
    }
    sink.on_values(0, values);
  }

  // Rows of Q have length 1: no value of Q Y is larger than the length of its column of Y.
  int bits() const override { return bits_; }
  float magnitude_bound() const override {
    double largest = 0;
    std::size_t first = 0;
    for (const HouseholderGroup& group : plan_.groups) {
      double square = 0;
      for (std::size_t i = 0; i < group.size; ++i) square += std::pow(largest_on_grid(first + i), 2);
      largest = std::max(largest, std::sqrt(square) * row_factor(group, 0));
      first += group.size;
    }
    constexpr double kSlack = 1 + 1e-6;  // more than the rounding errors of decoding and of this sum
    return static_cast<float>(std::min(largest * kSlack, kFloatMax));
  }

 private:
  // Row i of the stored matrix.
  void load(std::size_t i, CodeReader& reader, Span<double> row) const {
    const Grid grid = grids_[i];
    for (std::size_t j = 0; j < columns_;) {
      const auto codes = reader.at(i * columns_ + j, columns_ - j);
      kernels::decode(grid, codes.data(), row.subspan(j, codes.size()));
      j += codes.size();
    }
  }

  void decode_group(const HouseholderGroup& group, std::size_t first, CodeReader& codes,
                    float* values) const {
    restore_group(
        group, plan_.order.data() + first, columns_,
        [&](std::size_t i, Span<double> row) { load(first + i, codes, row); }, values);
  }

  double largest_on_grid(std::size_t i) const {
    return std::max(std::fabs(value_of(grids_[i], 0)), std::fabs(value_of(grids_[i], last_code(bits_))));
  }

  HouseholderPlan plan_;
  std::vector<Grid> grids_;
  int bits_;
  std::size_t columns_;
  ByteSpan packed_;
};

Status check_header(const RecordHeader& header, std::size_t rows) {
  if (!is_code_width(header.bits))
    return corrupt("scheme BHQ has 2 to 8 bits, not " + std::to_string(header.bits));
  if ((header.flags & ~record_flag::kStochastic) != 0)
    return corrupt("scheme BHQ does not have flags " + std::to_string(header.flags));
  if (rows < kFewestHouseholderRows)
    return corrupt("scheme BHQ has at least 3 rows, not " + std::to_string(rows));
  if (header.scale_count != rows) {
    return corrupt("scheme BHQ has " + std::to_string(rows) + " scales, not " +
                   std::to_string(header.scale_count));
  }
  return ok_status();
}

// Numbers of type T as the wider type that they are used in.
template <typename T, typename Wide>
std::vector<Wide> widen(ByteSpan bytes) {
  std::vector<Wide> numbers(bytes.size() / sizeof(T));
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    T number;
    std::memcpy(&number, bytes.data() + i * sizeof(T), sizeof(T));
    numbers[i] = number;
  }
  return numbers;
}

Result<std::vector<float>> get_floats(ByteReader& reader, std::size_t count, const char* what) {
  COVEY_ASSIGN_OR_RETURN(const ByteSpan bytes, reader.get_bytes(count * sizeof(float), what));
  return widen<float, float>(bytes);
}

Result<std::vector<std::uint32_t>> get_indices(ByteReader& reader, std::size_t count, std::size_t rows,
                                               const char* what) {
  COVEY_ASSIGN_OR_RETURN(const ByteSpan bytes, reader.get_bytes(count * index_bytes(rows), what));
  return has_wide_indices(rows) ? widen<std::uint32_t, std::uint32_t>(bytes)
                                : widen<std::uint16_t, std::uint32_t>(bytes);
}

Result<std::vector<Grid>> read_grids(ByteReader& reader, std::size_t rows) {
  COVEY_ASSIGN_OR_RETURN(const auto scales, get_floats(reader, rows, "scales"));
  COVEY_ASSIGN_OR_RETURN(const auto offsets, get_floats(reader, rows, "offsets"));
  std::vector<Grid> grids(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    if (!std::isfinite(scales[i]) || scales[i] <= 0)
      return corrupt("scale " + std::to_string(i) + " is not a positive finite number");
    if (!std::isfinite(offsets[i])) return corrupt("offset " + std::to_string(i) + " is not finite");
    grids[i].scale = scales[i];
    grids[i].offset = offsets[i];
  }
  return grids;
}

Status check_permutation(const std::vector<std::uint32_t>& order) {
  std::vector<bool> seen(order.size(), false);
  for (const std::uint32_t row : order) {
    if (row >= order.size() || seen[row])
      return corrupt("the order of rows is not a permutation: row " + std::to_string(row) +
                     (row < order.size() ? " comes twice" : " does not exist"));
    seen[row] = true;
  }
  return ok_status();
}

Status check_groups(const std::vector<HouseholderGroup>& groups, std::size_t rows) {
  std::size_t sum = 0;
  for (const HouseholderGroup& group : groups) {
    if (group.size == 0) return corrupt("a group has no rows");
    if (!std::isfinite(group.ratio) || group.ratio < 1)
      return corrupt("the ratio of a group is not a finite number of at least 1");
    if (group.size == 1 && group.ratio != 1) return corrupt("a group of one row has the ratio 1");
    sum += group.size;
  }
  if (sum == rows) return ok_status();
  return corrupt("the groups have " + std::to_string(sum) + " rows, the tensor has " + std::to_string(rows));
}

Result<HouseholderPlan> read_plan(ByteReader& reader, std::size_t rows) {
  HouseholderPlan plan;
  COVEY_ASSIGN_OR_RETURN(plan.order, get_indices(reader, rows, rows, "order of rows"));
  COVEY_RETURN_IF_ERROR(check_permutation(plan.order));
  COVEY_ASSIGN_OR_RETURN(const auto count, reader.get<std::uint32_t>("number of groups"));
  if (count < 1 || count > rows)
    return corrupt(std::to_string(count) + " groups of " + std::to_string(rows) + " rows");
  COVEY_ASSIGN_OR_RETURN(const auto sizes, get_indices(reader, count, rows, "group sizes"));
  COVEY_ASSIGN_OR_RETURN(const auto ratios, get_floats(reader, count, "group ratios"));
  plan.groups.resize(count);
  for (std::size_t g = 0; g < count; ++g) plan.groups[g] = {sizes[g], ratios[g]};
  COVEY_RETURN_IF_ERROR(check_groups(plan.groups, rows));
  return plan;
}

}  // namespace

Result<std::unique_ptr<const Codec>> make_bhq(const CodecOptions& options) {
  if (!is_code_width(options.bits))
    return invalid_argument("codec bhq takes 2 to 8 bits, not " + std::to_string(options.bits));
  COVEY_ASSIGN_OR_RETURN(auto psq, make_psq(options));
  return std::unique_ptr<const Codec>(std::make_unique<BhqCodec>(options.bits, std::move(psq)));
}

std::size_t bhq_field_bytes(const Matrix& matrix) {
  constexpr std::size_t kGridBytes = 2 * sizeof(float);
  if (!has_householder_plan(matrix)) return matrix.rows * kGridBytes;
  const std::size_t groups = plan_householder(matrix).groups.size();
  const std::size_t index = index_bytes(matrix.rows);
  return matrix.rows * (kGridBytes + index) + sizeof(std::uint32_t) + groups * (index + sizeof(float));
}

Result<std::unique_ptr<const RecordBody>> read_bhq(const RecordHeader& header, const TensorSpec& tensor,
                                                   ByteReader& reader) {
  const std::size_t rows = row_count(tensor);
  COVEY_RETURN_IF_ERROR(check_header(header, rows));
  COVEY_ASSIGN_OR_RETURN(auto grids, read_grids(reader, rows));
  COVEY_ASSIGN_OR_RETURN(auto plan, read_plan(reader, rows));
  const int bits = header.bits;
  COVEY_ASSIGN_OR_RETURN(const ByteSpan packed, get_codes(reader, tensor.count, bits));
  return std::unique_ptr<const RecordBody>(
      std::make_unique<BhqBody>(std::move(plan), std::move(grids), bits, tensor.count / rows, packed));
}

}  // namespace covey::quant
