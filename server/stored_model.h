#pragma once

#include <string>

#include "common/learn/member.h"
#include "common/store/run_store.h"

/// Models as a run's store keeps them: one blob of fp32 values in layout order.
namespace covey::server {

/// kCorrupt when the blob is not floats.
Result<Values> read_values(const store::BlobStore& blobs, const Digest& digest);
/// kCorrupt when the blob is not a model of `layout`.
Result<Values> read_values(const store::BlobStore& blobs, const Digest& digest, const Layout& layout);

/// The model that a run begins with, from a model file (model.start).
///   errors  kInvalidArgument "model.start: FILE: ..." when it cannot be read, is not of this model, or has
///           values that are not finite
Result<Values> read_first_model(const std::string& path, const Layout& full);

/// The server trainer's own state as of a committed round.
Result<learn::MemberState> read_server_state(const store::BlobStore& blobs,
                                             const store::CommittedState& state);

/// w_avg of a committed round with all its tensors, the server's own buffers included: what is tested and
/// exported.
Result<Values> stored_model(const store::RunStore& run, const store::CommittedState& state,
                            const Layout& full, const config::Experiment& experiment);

}  // namespace covey::server
