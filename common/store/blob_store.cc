#include "common/store/blob_store.h"

namespace covey::store {

namespace {

Status explain_write_failure(const Status& status) {
  if (status.code() != Code::kExhausted) return status;
  return exhausted("disk full: " + status.message() + "; make room and start again");
}

}  // namespace

Result<BlobStore> BlobStore::create(const fs::path& dir) {
  COVEY_RETURN_IF_ERROR(make_directories(dir));
  return BlobStore(dir);
}

fs::path BlobStore::path_of(const Digest& digest) const {
  return dir_ / digest.hex();
}

bool BlobStore::contains(const Digest& digest) const {
  std::error_code error;
  return fs::is_regular_file(path_of(digest), error);
}

Result<Digest> BlobStore::put(ByteSpan bytes) {
  const Digest digest = sha256(bytes);
  COVEY_RETURN_IF_ERROR(put_named(digest, bytes));
  return digest;
}

Status BlobStore::put_named(const Digest& digest, ByteSpan bytes) {
  const fs::path path = path_of(digest);
  // A damaged file is most often a short one; writing it again mends it.
  std::error_code error;
  const std::uintmax_t stored_bytes = fs::file_size(path, error);
  if (!error && stored_bytes == bytes.size()) return ok_status();
  return explain_write_failure(write_file_atomically(path, bytes));
}

Result<Bytes> BlobStore::read(const Digest& digest) const {
  const fs::path path = path_of(digest);
  COVEY_ASSIGN_OR_RETURN(Bytes bytes, read_file(path));
  if (sha256(bytes) == digest) return bytes;
  return corrupt(path.string() + ": is damaged: its " + std::to_string(bytes.size()) +
                 " bytes do not have the SHA-256 that is its name");
}

Status BlobStore::remove(const Digest& digest) {
  std::error_code error;
  fs::remove(path_of(digest), error);
  if (!error) return ok_status();
  return internal_error(path_of(digest).string() + ": cannot be removed: " + error.message());
}

Result<std::size_t> BlobStore::keep_only(const std::set<Digest>& live) {
  std::error_code error;
  std::vector<fs::path> doomed;
  for (fs::directory_iterator entry(dir_, error), end; !error && entry != end; entry.increment(error)) {
    const fs::path& path = entry->path();
    const Result<Digest> digest = Digest::from_hex(path.filename().string());
    const bool unused = digest.ok() ? live.count(*digest) == 0 : path.extension() == ".tmp";
    if (unused) doomed.push_back(path);
  }
  for (const fs::path& path : doomed) {
    if (error) break;
    fs::remove(path, error);
  }
  if (error) return internal_error(dir_.string() + ": cannot remove unused models: " + error.message());
  return doomed.size();
}

}  // namespace covey::store
