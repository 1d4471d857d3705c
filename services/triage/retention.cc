#include "services/triage/retention.h"

#include <utility>

#include "common/log/log.h"
#include "common/status/macros.h"

namespace avvik::triage {
namespace {

constexpr char kActor[] = "avvik-triage";
constexpr char kMethod[] = "retention";
constexpr int kMost = 500;

}  // namespace

absl::Time YearsBefore(absl::Time now, int years, absl::TimeZone zone) {
  const absl::CivilSecond local = absl::ToCivilSecond(now, zone);
  return absl::FromCivil(absl::CivilSecond(local.year() - years, local.month(), local.day(),
                                           local.hour(), local.minute(), local.second()),
                         zone);
}

Retention::Retention(ErasureStore& store, organisation::Directory& directory, IdSource& ids,
                     const Clock& clock, absl::Duration every, std::function<void()> wake)
    : store_(store),
      directory_(directory),
      ids_(ids),
      clock_(clock),
      wake_(std::move(wake)),
      loop_("retention", [this, every] {
        const absl::StatusOr<int> erased = RunOnce();
        if (!erased.ok()) {
          log::Warning("retention_waiting", {{"error", erased.status()}});
          return absl::Minutes(1);
        }
        if (*erased > 0) log::Info("cases_erased", {{"count", *erased}});
        return *erased >= kMost ? absl::ZeroDuration() : every;
      }) {}

absl::StatusOr<int> Retention::RunOnce() {
  int erased = 0;
  for (const std::string& tenant : directory_.Tenants()) {
    const auto organisation = directory_.Find(tenant);
    if (organisation == nullptr) continue;
    AVVIK_ASSIGN_OR_RETURN(const int of_tenant, EraseDue(*organisation));
    erased += of_tenant;
  }
  if (erased > 0) wake_();
  return erased;
}

absl::StatusOr<int> Retention::EraseDue(const organisation::Organisation& organisation) {
  const std::string& tenant = organisation.tenant();
  const absl::Time now = clock_.Now();
  int erased = 0;
  RetentionClass kept;
  for (const organisation::v1::RetentionRule& rule : organisation.proto().retention()) {
    kept.category = rule.category();
    kept.closed_before = YearsBefore(now, rule.years(), organisation.time_zone());
    AVVIK_ASSIGN_OR_RETURN(const std::vector<std::string> due, store_.Due(tenant, kept, kMost));
    for (const std::string& id : due) {
      const audit::Record trace{.id = ids_.Next(),
                                .tenant = tenant,
                                .at = now,
                                .actor = kActor,
                                .machine = true,
                                .method = kMethod};
      const auto certificate = store_.Erase(tenant, id, organisation::EverythingVisible(),
                                            {.ground = v1::ERASURE_GROUND_RETENTION,
                                             .reference = rule.id(),
                                             .now = now},
                                            trace);
      if (certificate.ok()) {
        ++erased;
      } else if (!absl::IsFailedPrecondition(certificate.status())) {
        // A hold or a reopening that came in between is not an error.
        return certificate.status();
      }
    }
    // What no rule comes after.
    if (rule.category() == type::v1::CATEGORY_UNSPECIFIED) break;
    kept.but.push_back(rule.category());
  }
  return erased;
}

}  // namespace avvik::triage
