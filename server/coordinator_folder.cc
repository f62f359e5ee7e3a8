#include "server/coordinator_folder.h"

#include "common/security/server_key.h"

namespace covey::server {

namespace {

fs::path keys_of(const fs::path& dir) {
  return dir / "keys";
}

}  // namespace

Result<Identity> create_coordinator_folder(const fs::path& dir) {
  const Identity identity{security::CurveKeys::generate(), security::SigningKeys::generate()};
  COVEY_RETURN_IF_ERROR(security::save_keys(keys_of(dir), identity.curve));
  COVEY_RETURN_IF_ERROR(security::save_keys(keys_of(dir), identity.signing));
  COVEY_ASSIGN_OR_RETURN([[maybe_unused]] const auto store, store::EnrolmentStore::open(dir));
  return identity;
}

Result<Identity> load_identity(const fs::path& dir) {
  if (!fs::exists(keys_of(dir))) {
    return invalid_argument(dir.string() + " is not a coordinator's folder; covey-coordinator init " +
                            dir.string() + " makes one");
  }
  Identity identity;
  COVEY_ASSIGN_OR_RETURN(identity.curve, security::load_curve_keys(keys_of(dir)));
  COVEY_ASSIGN_OR_RETURN(identity.signing, security::load_signing_keys(keys_of(dir)));
  return identity;
}

Result<store::EnrolmentStore> open_enrolment(const fs::path& dir) {
  COVEY_ASSIGN_OR_RETURN([[maybe_unused]] const Identity identity, load_identity(dir));
  return store::EnrolmentStore::open(dir);
}

fs::path run_folder_of(const fs::path& dir) {
  return dir / "run";
}

fs::path endpoint_file_of(const fs::path& dir) {
  return dir / "endpoint";
}

std::string server_key_text(const Identity& identity) {
  return security::make_server_key(identity.curve.public_key, identity.signing.public_key);
}

}  // namespace covey::server
