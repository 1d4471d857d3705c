#include "tests/fuzz/targets.h"

#include <cstdlib>
#include <iostream>

#include "tests/fuzz/api_targets.h"
#include "tests/fuzz/file_targets.h"
#include "tests/fuzz/form_targets.h"
#include "tests/fuzz/token_targets.h"
#include "tests/fuzz/upload_targets.h"

namespace avvik::fuzz {

const std::map<std::string, Target>& Targets() {
  static const std::map<std::string, Target> targets = {
      {"json_request", JsonRequest}, {"field_value", FieldValue}, {"http_route", HttpRoute},
      {"page_token", PageToken},     {"event", Event},            {"datafile", DataFile},
      {"import_csv", ImportCsv},     {"import_json", ImportJson}, {"access_token", AccessToken},
      {"key_set", KeySet},           {"upload", Upload},           {"upload_ticket", UploadTicket},
      {"form", Form},                {"form_kind", FormKind},
  };
  return targets;
}

void Must(bool condition, const char* what) {
  if (condition) return;
  std::cerr << "broken promise: " << what << "\n";
  std::abort();
}

}  // namespace avvik::fuzz
