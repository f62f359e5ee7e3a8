#pragma once

#include "common/security/keys.h"
#include "common/store/enrolment_store.h"

/// What lies in a coordinator's DIR: keys/ (0600), coordinator.sqlite, endpoint while it runs, and run/.
namespace covey::server {

/// Who the coordinator is: the key of its links, and the key that signs models.
struct Identity {
  security::CurveKeys curve;
  security::SigningKeys signing;
};

/// Makes keys and database. kInvalidArgument when DIR has them already.
Result<Identity> create_coordinator_folder(const fs::path& dir);
/// kInvalidArgument when `init` never ran.
Result<Identity> load_identity(const fs::path& dir);
Result<store::EnrolmentStore> open_enrolment(const fs::path& dir);

fs::path run_folder_of(const fs::path& dir);
/// A text file with the address that a running coordinator listens on.
fs::path endpoint_file_of(const fs::path& dir);

/// What clients give as --server-key.
std::string server_key_text(const Identity& identity);

}  // namespace covey::server
