// What one entry of the trace says.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace avvik::audit {

enum class Outcome { kAllowed, kDenied, kFailed };

struct Record {
  std::string id;  // UUIDv7.
  std::string tenant;
  absl::Time at;      // Whole microseconds.
  std::string actor;  // Login of a person, client id of a machine; empty when unknown.
  bool machine = false;
  std::string method;      // Such as `avvik.triage.v1.Triage/GetCase`.
  std::string permission;  // What it takes.
  std::string subject;     // What it was about, such as `cases/<uuid>`; may be empty.
  Outcome outcome = Outcome::kAllowed;
  std::string reason;  // Stable reason of a denial or failure.
  std::string trace_parent;
  // Login of the person a machine or a stand-in acted for; empty when for nobody else.
  std::string on_behalf_of;
  std::string client;  // Network address the caller spoke from; empty when not known.
  // What was asked for or which fields were changed, such as `states=CASE_STATE_OPEN unit=social` or
  // `classification(impacts,kind)`. Never free text.
  std::string detail;
};

// `allowed`, `denied` or `failed`, and back; nothing for any other text.
std::string_view Name(Outcome outcome);
std::optional<Outcome> ParseOutcome(std::string_view name);

}  // namespace avvik::audit
