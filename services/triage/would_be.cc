#include "services/triage/would_be.h"

#include <algorithm>
#include <utility>

namespace avvik::triage {
namespace {

using organisation::Organisation;
using organisation::v1::StandIn;

// Whether somebody stands in for the party: for the person, or in the function.
bool IsFor(const StandIn& entry, const Party& party, const Organisation& organisation) {
  if (!entry.absent().empty()) return entry.absent() == party.login;
  if (entry.role() != party.role) return false;
  const bool whole = entry.unit().empty() || entry.unit() == organisation.root().id();
  return whole || organisation.IsBelow(party.unit, entry.unit());
}

void AddActing(const Party& party, const Organisation& organisation, const std::string& day,
               std::vector<Acting>* acting) {
  if (party.login.empty()) return;
  for (const StandIn& entry : organisation.proto().stand_ins()) {
    const bool in_force = entry.first_day() <= day && day <= entry.last_day();
    if (!in_force || entry.person() == party.login || !IsFor(entry, party, organisation)) continue;
    const bool there = std::any_of(acting->begin(), acting->end(), [&](const Acting& other) {
      return other.by == &entry && other.absent == party.login;
    });
    if (!there) acting->push_back({.absent = party.login, .by = &entry});
  }
}

}  // namespace

WouldBe WouldBecome(const ReportTold& report, const ClassificationRules& rules,
                    const Organisation& organisation, absl::Time time) {
  WouldBe would = {
      .opened = Open(report, organisation.tenant(), "", rules, organisation, time).changed,
      .route = {},
      .acting = {}};
  would.route = RouteCase(RoutedFactsOf(would.opened), organisation);
  // Days as `YYYY-MM-DD` are ordered as texts.
  const std::string day = absl::FormatTime("%Y-%m-%d", time, organisation.time_zone());
  AddActing(would.route.owner, organisation, day, &would.acting);
  for (const Party& party : would.route.drawn_in) {
    AddActing(party, organisation, day, &would.acting);
  }
  return would;
}

}  // namespace avvik::triage
