#include "server/stored_model.h"

#include <cstring>

namespace covey::server {

Result<Values> read_values(const store::BlobStore& blobs, const Digest& digest, const Layout& layout) {
  COVEY_ASSIGN_OR_RETURN(const Bytes bytes, blobs.read(digest));
  if (bytes.size() != layout.fp32_bytes()) {
    return corrupt("a stored model has " + std::to_string(bytes.size()) + " bytes, this experiment's needs " +
                   std::to_string(layout.fp32_bytes()));
  }
  Values values(layout.value_count());
  std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

Result<learn::MemberState> read_server_state(const store::BlobStore& blobs,
                                             const store::CommittedState& state) {
  if (!state.trainer_state) return learn::MemberState{};
  COVEY_ASSIGN_OR_RETURN(const Bytes bytes, blobs.read(*state.trainer_state));
  return learn::decode_member_state(bytes);
}

Result<Values> stored_model(const store::RunStore& run, const store::CommittedState& state,
                            const Layout& full, const config::Experiment& experiment) {
  const Layout exchanged = learn::exchanged_layout(full, experiment);
  COVEY_ASSIGN_OR_RETURN(const Values average, read_values(run.blobs(), state.average, exchanged));
  COVEY_ASSIGN_OR_RETURN(const learn::MemberState server, read_server_state(run.blobs(), state));
  return learn::starting_values(full, exchanged, average, server);
}

}  // namespace covey::server
