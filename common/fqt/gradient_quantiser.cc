#include "common/fqt/gradient_quantiser.h"

namespace covey::fqt {

namespace {

void round_rows(int bits, const quant::Matrix& gradient, const quant::Rounding& rounding, Span<float> out) {
  quant::round_trip_rows(quant::GridKind::kAffine, bits, gradient, rounding, out);
}

}  // namespace

void round_zero_aligned(int bits, const quant::Matrix& matrix, const quant::Rounding& rounding,
                        Span<float> out) {
  const quant::Matrix whole{matrix.values, 1, matrix.values.size()};
  quant::round_trip_rows(quant::GridKind::kZeroAligned, bits, whole, rounding, out);
}

const Registry<GradientQuantiser>& gradient_quantiser_registry() {
  static const Registry<GradientQuantiser> registry = [] {
    Registry<GradientQuantiser> r("gradient quantiser");
    r.add("ptq", round_zero_aligned);
    r.add("psq", round_rows);
    r.add("bhq", quant::round_trip_householder);
    return r;
  }();
  return registry;
}

}  // namespace covey::fqt
