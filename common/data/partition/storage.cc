#include "common/data/partition/storage.h"

#include "common/data/kinds/kinds.h"
#include "common/data/kinds/registry.h"
#include "common/data/kinds/shared.h"
#include "common/data/partition/server_folder.h"
#include "common/data/registry.h"

namespace covey::data {

namespace {

Status check_empty(const fs::path& dir) {
  std::error_code error;
  if (!fs::exists(dir, error)) return ok_status();
  const bool empty = fs::is_empty(dir, error);
  if (!error && empty) return ok_status();
  return invalid_argument("'" + dir.string() +
                          "' is not an empty folder; the partition is written to a new one");
}

ServerData server_data(const Dataset& dataset, const Partition& partition) {
  return {static_cast<const DataSpec&>(dataset), subset(dataset.train, partition.server), dataset.test};
}

}  // namespace

Status write_partition(const Dataset& dataset, const Partition& partition, const fs::path& dir) {
  COVEY_RETURN_IF_ERROR(check_empty(dir));
  const SampleFiles& files = kind_of(dataset.format).files();
  for (std::size_t k = 0; k < partition.users.size(); ++k) {
    const fs::path folder = dir / ("user_" + padded_number(k, 4));
    COVEY_RETURN_IF_ERROR(make_directories(folder));
    COVEY_RETURN_IF_ERROR(files.write_user(dataset.train, partition.users[k], folder));
  }
  return write_server_folder(server_data(dataset, partition), dir / "server");
}

Result<SampleSet> load_user_samples(const fs::path& dir) {
  const SampleKind* found = image_kind();
  for (const std::string& name : sample_kinds().names()) {
    const SampleKind* kind = *sample_kinds().find(name);
    if (kind->files().recognises(dir)) found = kind;
  }
  return found->files().read_user(dir);
}

Result<std::shared_ptr<const SampleSet>> fit_user_samples(std::shared_ptr<const SampleSet> samples,
                                                          const DataSpec& spec) {
  const SampleKind& needed = kind_of(spec.format);
  if (samples->format.kind == spec.format.kind) return needed.files().fit_user(std::move(samples), spec);
  return invalid_argument(std::string("--data: holds ") + kind_of(samples->format).plural() +
                          "; this run needs " + needed.plural());
}

Result<ServerData> load_server_data(const config::Data& data, const config::Federation& federation,
                                    std::uint64_t seed) {
  if (is_server_folder(data.path)) {
    COVEY_ASSIGN_OR_RETURN(ServerData server, read_server_folder(data.path));
    const auto classes = static_cast<std::int64_t>(server.classes);
    const std::int64_t expected = federation.labelled / classes * classes;
    const auto found = static_cast<std::int64_t>(server.labelled.size());
    if (found == expected || found == federation.labelled) return server;
    return invalid_argument("'" + data.path + "' was written with " + std::to_string(server.labelled.size()) +
                            " labelled samples; federation.labelled = " +
                            std::to_string(federation.labelled) + " asks for " + std::to_string(expected));
  }
  COVEY_ASSIGN_OR_RETURN(const Dataset dataset, load_dataset(data, seed));
  COVEY_ASSIGN_OR_RETURN(const Partition partition, make_partition(dataset, data, federation, seed));
  ServerData server = server_data(dataset, partition);
  // A written folder knows no owners, and both ways give the same.
  server.labelled.owners.clear();
  server.test.owners.clear();
  return server;
}

}  // namespace covey::data
