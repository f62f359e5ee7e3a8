#include "common/quant/codecs/auto.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "common/quant/bit_packing.h"
#include "common/quant/codecs/bhq.h"
#include "common/quant/codecs/psq.h"
#include "common/quant/codecs/ptq.h"

namespace covey::quant {

namespace {

struct Candidate {
  std::unique_ptr<const Codec> codec;
  std::size_t (*field_bytes)(const Matrix&);  // of a record beside header and codes, which all have
};
using Candidates = std::array<Candidate, 3>;

// Half the logarithm of worst_case_bound x 4^(bits of fields per value), which could overflow. Minus infinity
// for a matrix that is coded exactly, however many codes its record has.
double cost(const Candidate& candidate, const Matrix& matrix) {
  const auto bits = 8 * static_cast<double>(candidate.field_bytes(matrix));
  return 0.5 * std::log2(candidate.codec->worst_case_bound(matrix)) +
         bits / static_cast<double>(matrix.values.size());
}

class AutoCodec final : public Codec {
 public:
  explicit AutoCodec(Candidates candidates) : candidates_(std::move(candidates)) {}

  void encode(const TensorSpec& tensor, Span<const float> values, const CodecDraws& draws,
              ByteWriter& out) const override {
    choose(as_matrix(tensor, values)).encode(tensor, values, draws, out);
  }
  double exact_variance(const Matrix& matrix) const override { return choose(matrix).exact_variance(matrix); }
  double worst_case_bound(const Matrix& matrix) const override {
    return choose(matrix).worst_case_bound(matrix);
  }

 private:
  const Codec& choose(const Matrix& matrix) const {
    std::array<double, std::tuple_size_v<Candidates>> costs;
    std::transform(candidates_.begin(), candidates_.end(), costs.begin(),
                   [&](const Candidate& candidate) { return cost(candidate, matrix); });
    const auto best = std::min_element(costs.begin(), costs.end()) - costs.begin();  // the first on a tie
    return *candidates_[static_cast<std::size_t>(best)].codec;
  }

  Candidates candidates_;
};

std::size_t ptq_field_bytes(const Matrix&) {
  return 2 * sizeof(float);
}
std::size_t psq_field_bytes(const Matrix& matrix) {
  return matrix.rows * 2 * sizeof(float);
}

}  // namespace

Result<std::unique_ptr<const Codec>> make_auto(const CodecOptions& options) {
  if (!is_code_width(options.bits))
    return invalid_argument("codec auto takes 2 to 8 bits, not " + std::to_string(options.bits));
  COVEY_ASSIGN_OR_RETURN(auto ptq, make_ptq(options));
  COVEY_ASSIGN_OR_RETURN(auto psq, make_psq(options));
  COVEY_ASSIGN_OR_RETURN(auto bhq, make_bhq(options));
  Candidates candidates{{{std::move(ptq), ptq_field_bytes},
                         {std::move(psq), psq_field_bytes},
                         {std::move(bhq), bhq_field_bytes}}};
  return std::unique_ptr<const Codec>(std::make_unique<AutoCodec>(std::move(candidates)));
}

}  // namespace covey::quant
