// Where duties are kept.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/audit/audit.h"
#include "common/organisation/rights.h"
#include "services/escalation/case_facts.h"
#include "services/escalation/dossier.h"
#include "services/escalation/duty.h"

namespace avvik::escalation {

using organisation::Visibility;

// What a list is narrowed to; what is empty narrows nothing.
struct DutyFilter {
  std::string case_reference;  // UUID or human number.
  std::vector<DutyState> states;
  std::string regime;
};

struct DutyPage {
  std::vector<Duty> duties;  // Most urgent first.
  std::string next;          // Key of the next page; empty on the last.
  int64_t total = 0;
};

// What the timers did.
struct TimerRound {
  int duties = 0;    // Duties looked at.
  int due_soon = 0;  // Stages that came due soon.
  int overdue = 0;   // Stages that came overdue.
  // How late the oldest of them was looked at.
  absl::Duration lag;
};

// Thread-safe. All methods: UNAVAILABLE when the database cannot be reached.
class DutyStore {
 public:
  virtual ~DutyStore() = default;

  // NOT_FOUND (DUTY_NOT_FOUND) when there is none or it is not visible.
  virtual absl::StatusOr<Duty> Get(const std::string& tenant, const std::string& duty_id,
                                   const Visibility& visibility) = 0;

  // At most `limit` duties after `key`, from the beginning when it is empty. INVALID_ARGUMENT
  // naming `page_token` for a key that is none.
  virtual absl::StatusOr<DutyPage> List(const std::string& tenant, const Visibility& visibility,
                                        const DutyFilter& filter, const std::string& key,
                                        int limit) = 0;

  // What a person decides about a duty, given the facts of its case. May be called more than once.
  using Decide = std::function<absl::StatusOr<DutyOutcome>(const Duty&, const CaseFacts&)>;

  // Locks a duty, lets `decide` decide, and writes duty, events and audit record in one
  // transaction; writes nothing when nothing changed. Returns the duty after it. Errors: as Get;
  // ABORTED (DUTY_CHANGED) when `etag` is given and not of this version; those of `decide`.
  virtual absl::StatusOr<Duty> Change(const std::string& tenant, const std::string& duty_id,
                                      const Visibility& visibility, const std::string& etag,
                                      const Decide& decide, const audit::Record& trace) = 0;

  // What of its dossier is told in a stage.
  struct ToldDossier {
    int version = 0;     // 0 when none was written.
    FieldValues values;  // What is written in it.
  };
  using DecideTold = std::function<absl::StatusOr<DutyOutcome>(const Duty&, const CaseFacts&,
                                                               const ToldDossier&)>;

  // As Change, when the stage of a duty is told with this version of its dossier (0: the newest that is approved, or
  // else the newest); that it was told is written down there too. INVALID_ARGUMENT naming `dossier_version` when
  // there is no such version.
  virtual absl::StatusOr<Duty> Tell(const std::string& tenant, const std::string& duty_id,
                                    const Visibility& visibility, const std::string& etag,
                                    const std::string& stage, int dossier_version,
                                    const DecideTold& decide, const audit::Record& trace) = 0;

  // Lets time pass for at most `limit` duties whose timer is due at `now`, the oldest first, each
  // in turn taken by one caller only, of however many there are.
  virtual absl::StatusOr<TimerRound> Advance(absl::Time now, int limit) = 0;
};

}  // namespace avvik::escalation
