// Deadlines by time, and what of them may leave the house for a calendar elsewhere. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "avvik/escalation/v1/calendar.pb.h"
#include "common/organisation/rights.h"
#include "common/regimes/regime_catalogue.h"
#include "services/escalation/duty.h"

namespace avvik::escalation {

// A stage of an open duty whose clock runs or has run out.
struct Deadline {
  std::string duty_id;
  std::string case_id;
  std::string number;
  std::string regime;
  std::string regime_version;
  DutyState duty_state = DutyState::DUTY_STATE_REQUIRED;
  std::string stage;
  StageState state = StageState::STAGE_STATE_RUNNING;
  bool statutory = false;
  absl::Time target;
  std::optional<absl::Time> outer;
  std::optional<absl::Time> remind;
  int sequence = 0;        // How often the target has moved.
  absl::Time update_time;  // When the duty last changed.
  organisation::Matter matter;
  std::string owner_person_id;  // Of the case; empty when nobody has it.
};

// An address at which a person follows deadlines.
struct CalendarFeed {
  std::string id;
  std::string person_id;  // A pseudonym.
  bool own = false;       // Only cases that the person has a part in.
  absl::Time create_time;
  std::optional<absl::Time> read_time;  // To the hour.

  friend bool operator==(const CalendarFeed&, const CalendarFeed&) = default;
};

// How many addresses a person may have.
inline constexpr int kMostFeeds = 10;
// How many deadlines an address gives.
inline constexpr int kMostEntries = 1'000;

// The path of an address. A tenant's name may hold dots, a secret never does.
std::string FeedPath(std::string_view tenant, std::string_view secret);

// What a person named in the organisation may see by a permission at a moment, as the ladder decides
// it: by what the organisation says of the person, for no token says to which groups they belong.
// With `own`, only that in which they have a part.
organisation::Visibility VisibilityOfPerson(const organisation::Organisation& organisation,
                                            const organisation::RoleCatalogue& roles,
                                            const std::string& login,
                                            const std::string& permission, bool own,
                                            absl::Time now);

// The visibility without what is no party's own.
organisation::Visibility OnlyOwn(organisation::Visibility visibility);

// What a calendar elsewhere shows of a deadline: nothing at all of a matter of security protection, and of
// a restricted case only that there is a deadline.
std::optional<v1::CalendarEntry> EntryOf(const Deadline& deadline,
                                         const regimes::RegimeCatalogue& regimes);

// The deadline with what its regime says, without its owner. A regime version that the catalogue no longer
// holds leaves ids in place of titles.
v1::Deadline ToProto(const Deadline& deadline, const regimes::RegimeCatalogue& regimes);

}  // namespace avvik::escalation
