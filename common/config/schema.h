#pragma once

#include <functional>
#include <string>
#include <vector>

#include "common/config/client_settings.h"
#include "common/config/value.h"

namespace covey::config {

/// The two kinds of text that the schema describes.
enum class FileKind { kExperiment, kClientSettings };

/// Which of them carries a setting.
enum class Scope {
  kExperiment,  ///< stays with the coordinator
  kShared,      ///< travels to the clients
  kClient,      ///< a fact about the data that only clients have to be told
};

bool carries(FileKind file, Scope scope);

/// One setting: everything that reading, printing, comparing and explaining it needs.
struct Field {
  std::string section;  ///< empty at the top
  std::string key;
  Allowed allowed;
  Scope scope = Scope::kExperiment;
  std::string help;
  std::function<Value(const ClientSettings&)> get;
  std::function<void(ClientSettings&, const Value&)> set;  ///< the value was fitted to `allowed`

  std::string name() const { return section.empty() ? key : section + "." + key; }
};

/// Every setting, in printing order. A new setting is one line here and one in its struct.
const std::vector<Field>& schema();

}  // namespace covey::config
