// libraries: covey::data
#include "common/data/partition/server_description.h"

#include "common/base/bytes.h"
#include "common/base/check.h"
#include "common/data/kinds/registry.h"

using namespace covey;

/// Whatever parses can be worked with and reads back as the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto description = data::parse_server_description(as_text(ByteSpan(bytes, size)));
  if (!description.ok()) return 0;
  const data::DataSpec& spec = description->spec;
  COVEY_CHECK(data::check_spec(spec).ok(), spec.format.kind);
  COVEY_CHECK(spec.format.values() > 0 && spec.classes > 0);
  const std::string printed = data::to_json(*description);
  const auto again = data::parse_server_description(printed);
  COVEY_CHECK(again.ok(), printed);
  COVEY_CHECK(again->spec.format == spec.format && data::to_json(*again) == printed, printed);
  return 0;
}
