#include "common/config/client_settings.h"

#include "common/config/printer.h"
#include "common/config/reader.h"

namespace covey::config {

std::string client_settings_to_toml(const ClientSettings& settings) {
  return "# What a client needs to train, sent by its coordinator.\n" +
         print_settings(FileKind::kClientSettings, settings);
}

Result<ClientSettings> parse_client_settings(std::string_view text, const std::string& source,
                                             const KnownNames& names) {
  Reader reader(FileKind::kClientSettings, names);
  COVEY_RETURN_IF_ERROR(reader.read_text(text, source));
  COVEY_RETURN_IF_ERROR(reader.check_complete(source));
  COVEY_RETURN_IF_ERROR(reader.check());
  return reader.settings();
}

}  // namespace covey::config
