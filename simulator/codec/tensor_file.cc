#include "simulator/codec/tensor_file.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "common/store/npy.h"
#include "common/store/safetensors.h"

namespace covey::simulator {

namespace {

constexpr const char* kEndings = "allowed endings: .safetensors, .npy, .csv";
constexpr const char* kOnlyTensor = "tensor";

Status unknown_ending(const fs::path& path) {
  return invalid_argument(path.string() + ": cannot tell its format, " + kEndings);
}

std::string_view take_until(std::string_view& text, char separator) {
  const std::size_t end = text.find(separator);
  const std::string_view part = text.substr(0, end);
  text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  return part;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

Status append_row(std::string_view line, std::size_t number, Values& values) {
  for (std::size_t column = 1;; ++column) {
    const bool last = line.find(',') == std::string_view::npos;
    const std::string_view cell = trimmed(take_until(line, ','));
    float value = 0;
    const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
    if (error != std::errc() || end != cell.data() + cell.size() || !std::isfinite(value)) {
      return invalid_argument("line " + std::to_string(number) + ", column " + std::to_string(column) +
                              ": \"" + std::string(cell.substr(0, 40)) + "\", allowed: a finite number");
    }
    values.push_back(value);
    if (last) return ok_status();
  }
}

Result<TensorFile> matrix_file(std::vector<std::uint32_t> shape, Values values) {
  COVEY_ASSIGN_OR_RETURN(Layout layout, Layout::make({{kOnlyTensor, std::move(shape)}}));
  return TensorFile{std::move(layout), std::move(values), false};
}

Result<TensorFile> parse_array(ByteSpan bytes) {
  COVEY_ASSIGN_OR_RETURN(store::Array array, store::parse_npy(bytes));
  if (array.shape.size() < 2) array.shape = {1, static_cast<std::uint32_t>(array.values.size())};
  return matrix_file(std::move(array.shape), std::move(array.values));
}

Result<TensorFile> parse_model(ByteSpan bytes) {
  COVEY_ASSIGN_OR_RETURN(const store::Safetensors stored, store::parse_safetensors(bytes));
  std::vector<TensorSpec> specs;
  for (const store::StoredTensor& tensor : stored.tensors) specs.push_back({tensor.name, tensor.shape});
  TensorFile file;
  COVEY_ASSIGN_OR_RETURN(file.layout, Layout::make(std::move(specs)));
  COVEY_ASSIGN_OR_RETURN(file.values, store::read_safetensors(bytes, file.layout));
  return file;
}

Result<TensorFile> parse(const fs::path& path, ByteSpan bytes) {
  if (path.extension() == ".safetensors") return parse_model(bytes);
  if (path.extension() == ".npy") return parse_array(bytes);
  return parse_tensor_csv(as_text(bytes));
}

bool known_ending(const fs::path& path) {
  const fs::path ending = path.extension();
  return ending == ".safetensors" || ending == ".npy" || ending == ".csv";
}

Status check_finite(const TensorFile& file) {
  for (const TensorSpec& tensor : file.layout.tensors()) {
    const auto values = Span<const float>(file.values).subspan(tensor.offset, tensor.count);
    const auto* bad = std::find_if(values.begin(), values.end(), [](float v) { return !std::isfinite(v); });
    if (bad == values.end()) continue;
    return invalid_argument("value " + std::to_string(bad - values.begin()) + " of " + tensor.name +
                            " is not finite");
  }
  return file.values.empty() ? invalid_argument("holds no values") : ok_status();
}

std::string csv_text(const TensorSpec& tensor, Span<const float> values) {
  const std::size_t columns = tensor.count / tensor.shape[0];
  std::string text;
  for (std::size_t i = 0; i < values.size(); ++i) {
    std::array<char, 32> number;
    const auto end = std::to_chars(number.data(), number.data() + number.size(), values[i]).ptr;
    text.append(number.data(), end);
    text += (i + 1) % columns == 0 ? '\n' : ',';
  }
  return text;
}

}  // namespace

Result<TensorFile> parse_tensor_csv(std::string_view text) {
  Values values;
  std::uint32_t rows = 0;
  std::size_t columns = 0;
  for (std::size_t line = 1; !text.empty(); ++line) {
    const std::string_view row = trimmed(take_until(text, '\n'));
    if (row.empty()) continue;
    const std::size_t before = values.size();
    COVEY_RETURN_IF_ERROR(append_row(row, line, values));
    const std::size_t cells = values.size() - before;
    if (rows++ == 0) columns = cells;
    if (cells == columns) continue;
    return invalid_argument("line " + std::to_string(line) + ": " + std::to_string(cells) +
                            " numbers, the first row has " + std::to_string(columns));
  }
  if (rows == 0) return invalid_argument("holds no numbers");
  return matrix_file({rows, static_cast<std::uint32_t>(columns)}, std::move(values));
}

Result<TensorFile> read_tensor_file(const fs::path& path) {
  if (!known_ending(path)) return unknown_ending(path);
  COVEY_ASSIGN_OR_RETURN(const MappedFile bytes, MappedFile::open(path));
  auto file = parse(path, bytes.bytes());
  Status status = file.status();
  if (status.ok()) status = check_finite(*file);
  if (!status.ok()) return invalid_argument(path.string() + ": " + status.message());
  return file;
}

Status write_tensor_file(const fs::path& path, const TensorFile& file, Span<const float> values) {
  if (!known_ending(path)) return unknown_ending(path);
  if (path.extension() == ".safetensors")
    return write_file_atomically(path, store::write_safetensors(file.layout, values));
  if (file.layout.tensors().size() > 1)
    return invalid_argument(path.string() + ": a model has several tensors, allowed ending: .safetensors");
  const TensorSpec& tensor = file.layout.tensors().front();
  if (path.extension() == ".csv") return write_file_atomically(path, as_bytes(csv_text(tensor, values)));
  return write_file_atomically(path, store::write_npy({tensor.shape, {values.begin(), values.end()}}));
}

}  // namespace covey::simulator
