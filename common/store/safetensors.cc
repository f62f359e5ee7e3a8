#include "common/store/safetensors.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

namespace covey::store {

namespace {

using Json = nlohmann::json;  // objects keep their keys sorted

constexpr std::size_t kLengthBytes = 8;
constexpr std::size_t kDimensionsMax = 8;
constexpr const char* kMetadataKey = "__metadata__";

Status tensor_error(const std::string& name, const std::string& what) {
  return corrupt("safetensors: tensor '" + name.substr(0, 200) + "': " + what);
}

/// JSON that says the same key twice is refused: which one would count?
class RepeatedKeys {
 public:
  bool operator()(int, Json::parse_event_t event, const Json& value) {
    if (event == Json::parse_event_t::object_start) open_.emplace_back();
    if (event == Json::parse_event_t::object_end && !open_.empty()) open_.pop_back();
    if (event == Json::parse_event_t::key && !open_.empty()) {
      const auto& key = value.get_ref<const std::string&>();
      if (!open_.back().insert(key).second && repeated_.empty()) repeated_ = "'" + key.substr(0, 200) + "'";
    }
    return true;
  }
  const std::string& repeated() const { return repeated_; }

 private:
  std::vector<std::set<std::string>> open_;
  std::string repeated_;
};

Result<Json> parse_header(ByteSpan bytes) {
  const std::string_view text = as_text(bytes);
  if (text.empty() || text.front() != '{')
    return corrupt("safetensors: the header at byte 8 does not begin with '{'");
  RepeatedKeys keys;
  try {
    Json header = Json::parse(text.begin(), text.end(), std::ref(keys));
    if (!keys.repeated().empty())
      return corrupt("safetensors: the header has the key " + keys.repeated() + " twice");
    return header;
  } catch (const Json::parse_error& error) {
    return corrupt("safetensors: the header is not JSON at byte " +
                   std::to_string(kLengthBytes + error.byte));
  } catch (const Json::exception&) {
    return corrupt("safetensors: the header holds a number that is out of range");
  }
}

Result<std::map<std::string, std::string>> parse_metadata(const Json& metadata) {
  const bool texts = metadata.is_object() && std::all_of(metadata.begin(), metadata.end(),
                                                         [](const Json& value) { return value.is_string(); });
  if (!texts) return corrupt("safetensors: __metadata__ is not a table of texts");
  return metadata.get<std::map<std::string, std::string>>();
}

Result<std::vector<std::uint32_t>> parse_shape(const std::string& name, const Json& json) {
  if (!json.is_array() || json.size() > kDimensionsMax)
    return tensor_error(name, "shape is not a list of at most 8 sizes");
  std::vector<std::uint32_t> shape;
  for (const Json& dim : json) {
    if (!dim.is_number_unsigned() || dim.get<std::uint64_t>() > 0xffffffffu) {
      return tensor_error(name, "shape holds something else than sizes up to 4294967295");
    }
    shape.push_back(dim.get<std::uint32_t>());
  }
  return shape;
}

std::uint64_t bytes_of(Dtype dtype) {
  return dtype == Dtype::kF32 ? sizeof(float) : 1;
}

/// Bytes of a tensor of `shape`; more than `bytes_max` gives bytes_max + 1.
std::uint64_t tensor_bytes(Dtype dtype, const std::vector<std::uint32_t>& shape, std::uint64_t bytes_max) {
  if (std::find(shape.begin(), shape.end(), 0u) != shape.end()) return 0;
  std::uint64_t bytes = bytes_of(dtype);
  for (const std::uint32_t dim : shape) {
    if (dim > bytes_max / bytes) return bytes_max + 1;
    bytes *= dim;
  }
  return bytes;
}

Result<ByteSpan> parse_range(const std::string& name, const Json& json, ByteSpan data) {
  const bool pair =
      json.is_array() && json.size() == 2 && json[0].is_number_unsigned() && json[1].is_number_unsigned();
  if (!pair) return tensor_error(name, "data_offsets is not a pair of offsets");
  const auto begin = json[0].get<std::uint64_t>();
  const auto end = json[1].get<std::uint64_t>();
  if (begin > end || end > data.size()) {
    return tensor_error(name, "data_offsets [" + std::to_string(begin) + ", " + std::to_string(end) +
                                  "] do not lie in the " + std::to_string(data.size()) + " bytes of data");
  }
  return data.subspan(begin, end - begin);
}

Result<StoredTensor> parse_tensor(const std::string& name, const Json& json, ByteSpan data) {
  const bool complete = json.is_object() && json.size() == 3 && json.contains("dtype") &&
                        json.contains("shape") && json.contains("data_offsets") && json["dtype"].is_string();
  if (!complete) return tensor_error(name, "needs dtype, shape and data_offsets, and nothing else");
  const std::string dtype = json["dtype"].get<std::string>();
  if (dtype != "F32" && dtype != "U8") {
    return invalid_argument("safetensors: tensor '" + name.substr(0, 200) + "' has dtype " +
                            dtype.substr(0, 20) + ", only F32 and U8 are supported");
  }
  StoredTensor tensor{name, {}, {}, dtype == "F32" ? Dtype::kF32 : Dtype::kU8};
  COVEY_ASSIGN_OR_RETURN(tensor.shape, parse_shape(name, json["shape"]));
  COVEY_ASSIGN_OR_RETURN(tensor.data, parse_range(name, json["data_offsets"], data));
  if (tensor_bytes(tensor.dtype, tensor.shape, data.size()) != tensor.data.size()) {
    return tensor_error(
        name, "its shape does not need the " + std::to_string(tensor.data.size()) + " bytes that it has");
  }
  return tensor;
}

/// Every byte of `data` must belong to exactly one tensor.
Status check_coverage(const std::vector<StoredTensor>& tensors, ByteSpan data) {
  std::vector<const StoredTensor*> by_place;
  for (const StoredTensor& tensor : tensors) by_place.push_back(&tensor);
  std::sort(by_place.begin(), by_place.end(), [](const StoredTensor* a, const StoredTensor* b) {
    return std::make_pair(a->data.begin(), a->data.end()) < std::make_pair(b->data.begin(), b->data.end());
  });
  const std::uint8_t* covered = data.begin();
  for (const StoredTensor* tensor : by_place) {
    if (tensor->data.begin() != covered) {
      const bool overlap = tensor->data.begin() < covered;
      return tensor_error(tensor->name, overlap ? "overlaps the tensor before it" : "leaves a gap before it");
    }
    covered = tensor->data.end();
  }
  if (covered == data.end()) return ok_status();
  return corrupt("safetensors: " + std::to_string(data.end() - covered) +
                 " bytes at the end belong to no tensor");
}

std::string shape_text(const std::vector<std::uint32_t>& shape) {
  return Json(shape).dump();
}

Status check_same(const StoredTensor& stored, const TensorSpec& expected) {
  if (stored.name > expected.name)
    return invalid_argument("the model file lacks the tensor '" + expected.name + "'");
  if (stored.name < expected.name) {
    return invalid_argument("the model file has the tensor '" + stored.name.substr(0, 200) +
                            "', which this experiment's model lacks");
  }
  if (stored.dtype != Dtype::kF32)
    return invalid_argument("the model file's tensor '" + stored.name + "' has dtype U8, allowed: F32");
  if (stored.shape == expected.shape) return ok_status();
  return invalid_argument("the model file's tensor '" + stored.name + "' has shape " +
                          shape_text(stored.shape) + ", this experiment's model needs " +
                          shape_text(expected.shape));
}

}  // namespace

Bytes write_safetensors(const Safetensors& file) {
  Json header = Json::object();
  if (!file.metadata.empty()) header[kMetadataKey] = file.metadata;
  std::size_t end = 0;
  for (const StoredTensor& tensor : file.tensors) {
    const std::size_t begin = std::exchange(end, end + tensor.data.size());
    header[tensor.name] = {{"dtype", tensor.dtype == Dtype::kF32 ? "F32" : "U8"},
                           {"shape", tensor.shape},
                           {"data_offsets", {begin, end}}};
  }
  std::string text = header.dump(-1, ' ', false, Json::error_handler_t::replace);
  text.resize((text.size() + 7) / 8 * 8, ' ');
  ByteWriter writer;
  writer.bytes().reserve(kLengthBytes + text.size() + end);
  writer.put(static_cast<std::uint64_t>(text.size()));
  writer.put_bytes(as_bytes(text));
  for (const StoredTensor& tensor : file.tensors) writer.put_bytes(tensor.data);
  return writer.take();
}

Bytes write_safetensors(const Layout& layout, Span<const float> values) {
  COVEY_CHECK(values.size() == layout.value_count(), values.size(), layout.value_count());
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(values.data());
  Safetensors file;
  for (const TensorSpec& tensor : layout.tensors()) {
    const ByteSpan data(bytes + tensor.offset * sizeof(float), tensor.count * sizeof(float));
    file.tensors.push_back({tensor.name, tensor.shape, data});
  }
  return write_safetensors(file);
}

Result<Safetensors> parse_safetensors(ByteSpan bytes) {
  ByteReader reader(bytes);
  COVEY_ASSIGN_OR_RETURN(const std::uint64_t header_bytes,
                         reader.get<std::uint64_t>("safetensors header length"));
  if (header_bytes > kSafetensorsHeaderBytesMax) {
    return corrupt("safetensors: the header length at byte 0 is " + std::to_string(header_bytes) +
                   ", at most " + std::to_string(kSafetensorsHeaderBytesMax) + " is allowed");
  }
  COVEY_ASSIGN_OR_RETURN(const ByteSpan header_text, reader.get_bytes(header_bytes, "safetensors header"));
  COVEY_ASSIGN_OR_RETURN(const Json header, parse_header(header_text));
  const ByteSpan data = bytes.subspan(reader.offset(), reader.remaining());

  Safetensors file;
  for (const auto& [name, json] : header.items()) {
    if (name == kMetadataKey) {
      COVEY_ASSIGN_OR_RETURN(file.metadata, parse_metadata(json));
      continue;
    }
    COVEY_ASSIGN_OR_RETURN(StoredTensor tensor, parse_tensor(name, json, data));
    file.tensors.push_back(std::move(tensor));
  }
  COVEY_RETURN_IF_ERROR(check_coverage(file.tensors, data));
  return file;
}

Result<Values> read_safetensors(ByteSpan bytes, const Layout& layout) {
  COVEY_ASSIGN_OR_RETURN(const Safetensors file, parse_safetensors(bytes));
  const std::vector<StoredTensor>& tensors = file.tensors;
  // Both are sorted by name, so the first that differs is missing on one side.
  const std::size_t shared = std::min(tensors.size(), layout.tensors().size());
  for (std::size_t i = 0; i < shared; ++i) COVEY_RETURN_IF_ERROR(check_same(tensors[i], layout.tensors()[i]));
  if (tensors.size() > shared) {
    return invalid_argument("the model file has the tensor '" + tensors[shared].name.substr(0, 200) +
                            "', which this experiment's model lacks");
  }
  if (layout.tensors().size() > shared) {
    return invalid_argument("the model file lacks the tensor '" + layout.tensors()[shared].name + "'");
  }
  Values values(layout.value_count());
  for (std::size_t i = 0; i < shared; ++i) {
    const ByteSpan data = tensors[i].data;
    if (!data.empty()) std::memcpy(values.data() + layout.tensors()[i].offset, data.data(), data.size());
  }
  return values;
}

}  // namespace covey::store
