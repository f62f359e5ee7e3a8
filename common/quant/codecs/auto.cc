#include "common/quant/codecs/auto.h"

#include <array>
#include <cmath>

#include "common/quant/bit_packing.h"
#include "common/quant/codecs/bhq.h"
#include "common/quant/codecs/psq.h"
#include "common/quant/codecs/ptq.h"

namespace covey::quant {

namespace {

using Candidates = std::array<std::unique_ptr<const Codec>, 3>;

// Half the logarithm of worst_case_bound x 4^(bits per value), which could overflow. Minus infinity for a
// matrix that is coded exactly.
double cost(const Codec& codec, const Matrix& matrix, std::size_t record_bytes) {
  const auto bits = 8 * static_cast<double>(record_bytes);
  return 0.5 * std::log2(codec.worst_case_bound(matrix)) + bits / static_cast<double>(matrix.values.size());
}

struct Choice {
  const Codec* codec = nullptr;
  double cost = 0;
  Bytes record;
};

class AutoCodec final : public Codec {
 public:
  explicit AutoCodec(Candidates candidates) : candidates_(std::move(candidates)) {}

  void encode(const TensorSpec& tensor, Span<const float> values, const CodecDraws& draws,
              ByteWriter& out) const override {
    out.put_bytes(choose(tensor, values, draws).record);
  }
  double exact_variance(const Matrix& matrix) const override {
    return choose(matrix).codec->exact_variance(matrix);
  }
  double worst_case_bound(const Matrix& matrix) const override {
    return choose(matrix).codec->worst_case_bound(matrix);
  }

 private:
  Choice choose(const TensorSpec& tensor, Span<const float> values, const CodecDraws& draws) const {
    const Matrix matrix = as_matrix(tensor, values);
    Choice best;
    for (const auto& candidate : candidates_) {
      ByteWriter out;
      candidate->encode(tensor, values, draws, out);
      const double cost_here = cost(*candidate, matrix, out.bytes().size());
      if (best.codec == nullptr || cost_here < best.cost) best = {candidate.get(), cost_here, out.take()};
    }
    return best;
  }

  Choice choose(const Matrix& matrix) const {
    TensorSpec tensor;
    tensor.shape = {static_cast<std::uint32_t>(matrix.rows), static_cast<std::uint32_t>(matrix.columns)};
    tensor.count = matrix.values.size();
    return choose(tensor, matrix.values, {});
  }

  Candidates candidates_;
};

}  // namespace

Result<std::unique_ptr<const Codec>> make_auto(const CodecOptions& options) {
  if (!is_code_width(options.bits))
    return invalid_argument("codec auto takes 2 to 8 bits, not " + std::to_string(options.bits));
  Candidates candidates;
  COVEY_ASSIGN_OR_RETURN(candidates[0], make_ptq(options));
  COVEY_ASSIGN_OR_RETURN(candidates[1], make_psq(options));
  COVEY_ASSIGN_OR_RETURN(candidates[2], make_bhq(options));
  return std::unique_ptr<const Codec>(std::make_unique<AutoCodec>(std::move(candidates)));
}

}  // namespace covey::quant
