#pragma once

#include "common/base/bytes.h"
#include "common/base/layout.h"
#include "common/config/experiment.h"

namespace covey::learn {

/// What encoding left out of a user's last update that counted (upload.error_feedback).
struct Residual {
  Values values;            ///< of the exchanged tensors
  std::uint32_t round = 0;  ///< in which it was left out
  std::string codec;        ///< and by which codec
  std::int64_t bits = 0;    ///< of how many bits
};

/// What a member of the federation (a user's device, or the server trainer) keeps from round to round besides
/// its data.
struct MemberState {
  Values optimizer;        ///< optimiser state; empty where it is reset every round
  Values buffers;          ///< as buffer_values gives them; empty where buffers are averaged
  Residual residual = {};  ///< empty without error feedback

  bool empty() const { return optimizer.empty() && buffers.empty() && residual.values.empty(); }
};

Bytes encode_member_state(const MemberState& state);
/// kCorrupt when the bytes are not exactly one state.
Result<MemberState> decode_member_state(ByteSpan bytes);

/// The tensors that travel: all, or without the buffers when those stay with their member
/// (averaging.bn_buffers = local).
Layout exchanged_layout(const Layout& full, const config::Experiment& experiment);

/// The values that a member trains from: what it received, completed by its own buffers (at first: means 0,
/// variances 1). kCorrupt when `state` belongs to another model.
Result<Values> starting_values(const Layout& full, const Layout& exchanged, Values received,
                               const MemberState& state);

/// Adds what was left out of an earlier update to that of `round`, unless it is out of date: older than
/// upload.feedback_age, of another model, codec or width. Younger ones are added whole, so that what was sent
/// adds up to what was trained; a share of it would be lost for good.
void add_residual(const Residual& residual, const config::Upload& upload, std::uint32_t round,
                  Values& update);

/// A member's own buffers: the full values without the parameters.
Values buffer_values(const Layout& full, Span<const float> values);

/// The exchanged part of a member's full values.
Values exchanged_values(const Layout& full, Values values, const Layout& exchanged);

}  // namespace covey::learn
