#include "server/stored_model.h"

#include <algorithm>
#include <cmath>

#include "common/base/file.h"
#include "common/plan/compressed_model.h"

namespace covey::server {

Result<Values> read_values(const store::BlobStore& blobs, const Digest& digest) {
  COVEY_ASSIGN_OR_RETURN(const Bytes bytes, blobs.read(digest));
  if (bytes.size() % sizeof(float) != 0)
    return corrupt("stored values have " + std::to_string(bytes.size()) + " bytes, not four each");
  Values values(bytes.size() / sizeof(float));
  std::copy_n(bytes.data(), bytes.size(), reinterpret_cast<std::uint8_t*>(values.data()));
  return values;
}

Result<Values> read_values(const store::BlobStore& blobs, const Digest& digest, const Layout& layout) {
  COVEY_ASSIGN_OR_RETURN(Values values, read_values(blobs, digest));
  if (values.size() == layout.value_count()) return values;
  return corrupt("a stored model has " + std::to_string(values.size()) + " values, this experiment's has " +
                 std::to_string(layout.value_count()));
}

Result<Values> read_first_model(const std::string& path, const Layout& full) {
  const auto refused = [&](const std::string& problem) {
    return invalid_argument("model.start: " + path + ": " + problem);
  };
  const auto file = ::covey::read_file(path);
  if (!file.ok()) return refused(file.status().message());
  auto values = plan::read_model_file(*file, full);
  if (!values.ok()) return refused(values.status().message());
  if (!std::all_of(values->begin(), values->end(), [](float value) { return std::isfinite(value); }))
    return refused("has values that are not finite");
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
