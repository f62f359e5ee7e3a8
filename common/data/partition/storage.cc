#include "common/data/partition/storage.h"

#include "common/data/images.h"
#include "common/data/partition/server_folder.h"
#include "common/data/readers/image_file.h"
#include "common/data/readers/image_folder.h"
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

}  // namespace

Status write_partition(const Dataset& dataset, const Partition& partition, const fs::path& dir) {
  COVEY_RETURN_IF_ERROR(check_empty(dir));
  for (std::size_t k = 0; k < partition.users.size(); ++k) {
    const fs::path folder = dir / ("user_" + padded_number(k, 4));
    COVEY_RETURN_IF_ERROR(make_directories(folder));
    for (std::size_t i = 0; i < partition.users[k].size(); ++i) {
      COVEY_RETURN_IF_ERROR(write_png_file(folder / (padded_number(i, kNameDigits) + ".png"),
                                           dataset.train.shape, dataset.train.image(partition.users[k][i])));
    }
  }
  const ServerData server{subset(dataset.train, partition.server), dataset.test, dataset.classes,
                          dataset.normalisation, dataset.characters};
  return write_server_folder(server, dir / "server");
}

Result<Images> load_user_images(const fs::path& dir) {
  COVEY_ASSIGN_OR_RETURN(const FolderListing listing, list_folder(dir));
  if (!listing.images.empty() && !listing.folders.empty()) {
    return invalid_argument("'" + dir.string() + "' holds both images and folders; allowed is one kind");
  }
  Images images;
  COVEY_RETURN_IF_ERROR(append_image_files(listing.images, kNoLabel, images));
  for (const fs::path& folder : listing.folders) {
    COVEY_ASSIGN_OR_RETURN(const FolderListing inner, list_folder(folder));
    if (!inner.folders.empty()) {
      return invalid_argument("'" + inner.folders.front().string() + "': folders are read one level deep");
    }
    COVEY_RETURN_IF_ERROR(append_image_files(inner.images, kNoLabel, images));
  }
  if (images.size() == 0) return invalid_argument("'" + dir.string() + "' holds no image");
  return images;
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
                            " labelled images; federation.labelled = " + std::to_string(federation.labelled) +
                            " asks for " + std::to_string(expected));
  }
  COVEY_ASSIGN_OR_RETURN(Dataset dataset, load_dataset(data, seed));
  COVEY_ASSIGN_OR_RETURN(const Partition partition, make_partition(dataset, data, federation, seed));
  ServerData server{subset(dataset.train, partition.server), std::move(dataset.test), dataset.classes,
                    dataset.normalisation, dataset.characters};
  // A written folder knows no owners, and both ways give the same.
  server.labelled.owners.clear();
  server.test.owners.clear();
  return server;
}

}  // namespace covey::data
