#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "common/base/bytes.h"

namespace covey {

namespace fs = std::filesystem;

/// The whole file. kNotFound when it does not exist, kExhausted when it is larger than `bytes_max`.
Result<Bytes> read_file(const fs::path& path, std::uint64_t bytes_max = std::uint64_t{1} << 40);
Result<std::string> read_text_file(const fs::path& path, std::uint64_t bytes_max = std::uint64_t{1} << 26);

/// Replaces `path` by `bytes` so that a crash leaves either the old or the new file: write beside it, fsync,
/// rename, fsync the folder. `mode` is the permission of the new file. kExhausted when the disk is full.
Status write_file_atomically(const fs::path& path, ByteSpan bytes, unsigned mode = 0644);

Status make_directories(const fs::path& path);

/// Reads a file through the page cache without copying it. The view lives as long as the object.
class MappedFile {
 public:
  static Result<MappedFile> open(const fs::path& path);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();

  ByteSpan bytes() const { return {static_cast<const std::uint8_t*>(data_), size_}; }

 private:
  MappedFile() = default;
  void* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace covey
