#include "common/data/partition/server_folder.h"

#include "common/data/kinds/registry.h"
#include "common/data/partition/server_description.h"

namespace covey::data {

namespace {

constexpr const char* kDescription = "dataset.json";
constexpr std::uint64_t kDescriptionBytesMax = std::uint64_t{1} << 23;

}  // namespace

bool is_server_folder(const fs::path& folder) {
  std::error_code error;
  return !folder.empty() && fs::is_regular_file(folder / kDescription, error);
}

Status write_server_folder(const ServerData& server, const fs::path& folder) {
  const SampleFiles& files = kind_of(server.format).files();
  COVEY_RETURN_IF_ERROR(files.write_labelled(server.labelled, folder / "train"));
  COVEY_RETURN_IF_ERROR(files.write_labelled(server.test, folder / "test"));
  const ServerDescription description{server, server.labelled.size(), server.test.size()};
  return write_file_atomically(folder / kDescription, as_bytes(to_json(description)));
}

Result<ServerData> read_server_folder(const fs::path& folder) {
  COVEY_ASSIGN_OR_RETURN(const std::string file, read_text_file(folder / kDescription, kDescriptionBytesMax));
  const auto description = parse_server_description(file);
  if (!description.ok()) return description.status().with_context((folder / kDescription).string());
  const DataSpec& spec = description->spec;
  const SampleFiles& files = kind_of(spec.format).files();
  ServerData server{spec, {}, {}};
  COVEY_ASSIGN_OR_RETURN(server.labelled, files.read_labelled(folder / "train", spec, description->labelled));
  COVEY_ASSIGN_OR_RETURN(server.test, files.read_labelled(folder / "test", spec, description->test));
  return server;
}

}  // namespace covey::data
