// The days on which a Swedish or Danish authority is closed, computed for any year of the Gregorian
// calendar. Pure.
//
// Sweden: lag (1989:253) om allmänna helgdagar (6 June instead of Whit Monday from 2005) and 2 §
// lag (1930:173) om beräkning av lagstadgad tid, which adds Saturdays, Sundays, midsommarafton,
// julafton and nyårsafton. Denmark: the holidays of folkekirken (store bededag until 2023) and, by
// administrative custom, Saturdays, Sundays, 5 June, 24 and 31 December.
#pragma once

#include <cstdint>

#include "absl/time/civil_time.h"

namespace avvik::deadline {

// Whose calendar and whose law.
enum class Country { kSweden, kDenmark };

// Easter Sunday of a Gregorian year (the anonymous Gregorian computus).
absl::CivilDay EasterSunday(std::int64_t year);

// Whether `day` is a public holiday; Sundays that are not one by name do not count.
bool IsPublicHoliday(Country country, absl::CivilDay day);

// Whether a deadline may end on `day`: neither Saturday, Sunday, public holiday nor one of the eves
// treated like it.
bool IsWorkingDay(Country country, absl::CivilDay day);

// `day`, or the next working day after it.
absl::CivilDay WorkingDayOnOrAfter(Country country, absl::CivilDay day);

}  // namespace avvik::deadline
