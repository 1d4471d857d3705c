// Where alarms are kept.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "avvik/triage/v1/triage_events.pb.h"
#include "common/audit/audit.h"
#include "common/organisation/rights.h"
#include "services/escalation/alarm.h"

namespace avvik::escalation {

using organisation::Visibility;

// An alarm, and the number of the case it is about.
struct KnownAlarm {
  Alarm alarm;
  std::string number;
  organisation::Matter matter;  // Of its duty.
};

struct AlarmFilter {
  std::string case_reference;  // UUID or human number; empty narrows nothing.
  bool open = false;
};

struct AlarmPage {
  std::vector<KnownAlarm> alarms;  // The newest first.
  std::string next;                // Key of the next page; empty on the last.
};

// What the timers did.
struct ClimbRound {
  int alarms = 0;  // Alarms looked at.
  int steps = 0;   // Steps taken.
  // How late the oldest of them was looked at.
  absl::Duration lag;
};

// Thread-safe. All methods: UNAVAILABLE when the database cannot be reached. An alarm is seen by
// whoever may see its duty.
class AlarmStore {
 public:
  virtual ~AlarmStore() = default;

  // At most `limit` alarms after `key`, from the beginning when it is empty. INVALID_ARGUMENT
  // naming `page_token` for a key that is none.
  virtual absl::StatusOr<AlarmPage> List(const std::string& tenant, const Visibility& visibility,
                                         const AlarmFilter& filter, const std::string& key,
                                         int limit) = 0;

  // What somebody does about an alarm. May be called more than once.
  using Decide = std::function<Alarm(const KnownAlarm&)>;

  // Locks an alarm, lets `decide` decide, and writes it with the audit record in one transaction;
  // writes nothing when nothing changed. NOT_FOUND (ALARM_NOT_FOUND) when there is none or it is
  // not visible.
  virtual absl::StatusOr<KnownAlarm> Change(const std::string& tenant, const std::string& alarm_id,
                                            const Visibility& visibility, const Decide& decide,
                                            const audit::Record& trace) = 0;

  // What becomes of an alarm whose time has come: the alarm with its next timer and, when a step is
  // taken, one step more. `facts` is what triage last told of the case.
  using Climber = std::function<Alarm(const Alarm&, const Duty&, const triage::v1::CaseFacts& facts)>;

  // Lets `climb` decide about at most `limit` alarms whose timer is due at `now`, the oldest first,
  // each in turn taken by one caller only; every step is told (LadderStepTaken).
  virtual absl::StatusOr<ClimbRound> Climb(absl::Time now, int limit, const Climber& climb) = 0;
};

}  // namespace avvik::escalation
