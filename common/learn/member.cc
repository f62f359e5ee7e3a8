#include "common/learn/member.h"

#include <cstring>

namespace covey::learn {

namespace {

void put_values(const Values& values, ByteWriter& out) {
  out.put(static_cast<std::uint64_t>(values.size()));
  out.put_bytes({reinterpret_cast<const std::uint8_t*>(values.data()), values.size() * sizeof(float)});
}

Result<Values> get_values(ByteReader& in) {
  COVEY_ASSIGN_OR_RETURN(const auto count, in.get<std::uint64_t>("value count"));
  if (count > in.remaining() / sizeof(float)) {
    return corrupt("member state claims " + std::to_string(count) + " values at byte " +
                   std::to_string(in.offset()) + " but has only " + std::to_string(in.remaining()) +
                   " bytes");
  }
  COVEY_ASSIGN_OR_RETURN(const ByteSpan raw, in.get_bytes(count * sizeof(float), "values"));
  Values values(count);
  if (count > 0) std::memcpy(values.data(), raw.data(), raw.size());
  return values;
}

// Left out where there is none: states of runs without error feedback stay what they were.
void put_residual(const Residual& residual, ByteWriter& out) {
  if (residual.values.empty()) return;
  put_values(residual.values, out);
  out.put(residual.round);
  out.put_text(residual.codec);
  out.put(residual.bits);
}

Result<Residual> get_residual(ByteReader& in) {
  Residual residual;
  if (in.remaining() == 0) return residual;
  COVEY_ASSIGN_OR_RETURN(residual.values, get_values(in));
  COVEY_ASSIGN_OR_RETURN(residual.round, in.get<std::uint32_t>("round of the residual"));
  COVEY_ASSIGN_OR_RETURN(residual.codec, in.get_text("codec of the residual"));
  COVEY_ASSIGN_OR_RETURN(residual.bits, in.get<std::int64_t>("bits of the residual"));
  return residual;
}

/// Variances and mean squares begin as 1 (common/nn/norm.cc).
bool begins_as_one(const TensorSpec& tensor) {
  for (const std::string suffix : {"running_var", "input_square", "output_square"}) {
    if (tensor.name.size() >= suffix.size() &&
        tensor.name.compare(tensor.name.size() - suffix.size(), suffix.size(), suffix) == 0)
      return true;
  }
  return false;
}

}  // namespace

Bytes encode_member_state(const MemberState& state) {
  ByteWriter out;
  put_values(state.optimizer, out);
  put_values(state.buffers, out);
  put_residual(state.residual, out);
  return out.take();
}

Result<MemberState> decode_member_state(ByteSpan bytes) {
  ByteReader in(bytes);
  MemberState state;
  COVEY_ASSIGN_OR_RETURN(state.optimizer, get_values(in));
  COVEY_ASSIGN_OR_RETURN(state.buffers, get_values(in));
  COVEY_ASSIGN_OR_RETURN(state.residual, get_residual(in));
  if (in.remaining() != 0) return corrupt("member state has bytes after its end");
  return state;
}

Layout exchanged_layout(const Layout& full, const config::Experiment& experiment) {
  return experiment.averaging.bn_buffers == "local" ? full.without(TensorKind::kBuffer) : full;
}

Result<Values> starting_values(const Layout& full, const Layout& exchanged, Values received,
                               const MemberState& state) {
  if (exchanged.value_count() == full.value_count()) return received;  // it is a part of the full one
  Values values(full.value_count(), 0.0f);
  if (state.buffers.empty()) {
    for (const TensorSpec& tensor : full.tensors()) {
      if (begins_as_one(tensor))
        std::fill_n(values.begin() + static_cast<std::ptrdiff_t>(tensor.offset), tensor.count, 1.0f);
    }
  } else {
    const Layout own = full.without(TensorKind::kParameter);
    if (state.buffers.size() != own.value_count()) {
      return corrupt("the buffers on this device belong to another model");
    }
    copy_shared_tensors(own, state.buffers, full, Span<float>(values));
  }
  copy_shared_tensors(exchanged, received, full, Span<float>(values));
  return values;
}

void add_residual(const Residual& residual, const config::Upload& upload, std::uint32_t round,
                  Values& update) {
  const bool fits = residual.values.size() == update.size() && residual.codec == upload.codec &&
                    residual.bits == upload.bits;
  if (!fits || round > residual.round + upload.feedback_age) return;
  for (std::size_t i = 0; i < update.size(); ++i) update[i] += residual.values[i];
}

Values buffer_values(const Layout& full, Span<const float> values) {
  const Layout buffers = full.without(TensorKind::kParameter);
  Values part(buffers.value_count());
  copy_shared_tensors(full, values, buffers, Span<float>(part));
  return part;
}

Values exchanged_values(const Layout& full, Values values, const Layout& exchanged) {
  if (exchanged.value_count() == full.value_count()) return values;  // it is a part of the full one
  Values part(exchanged.value_count());
  copy_shared_tensors(full, values, exchanged, Span<float>(part));
  return part;
}

}  // namespace covey::learn
