#include "services/escalation/calendar.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "common/rpc/time.h"
#include "services/escalation/feed_secret.h"

namespace avvik::escalation {
namespace {

using rpc::ToProtoTime;

struct Titles {
  std::string regime;
  std::string stage;
};

Titles TitlesOf(const Deadline& deadline, const regimes::RegimeCatalogue& regimes) {
  Titles titles{deadline.regime, deadline.stage};
  const regimes::Regime* regime = regimes.Find(deadline.regime);
  if (regime == nullptr) return titles;
  titles.regime = regime->title;
  const regimes::RegimeVersion* version = regime->FindVersion(deadline.regime_version);
  const regimes::StageRule* rule = version == nullptr ? nullptr : version->FindStage(deadline.stage);
  if (rule != nullptr) titles.stage = rule->title;
  return titles;
}

// Says nothing of the stage, whose id would tell the regime.
std::string UidOf(const Deadline& deadline) {
  constexpr std::size_t kBytes = 16;
  return absl::BytesToHexString(HashOfSecret(deadline.duty_id + "/" + deadline.stage).substr(0, kBytes)) +
         "@avvik";
}

}  // namespace

std::string FeedPath(std::string_view tenant, std::string_view secret) {
  return "/v1/calendar/" + std::string(tenant) + "." + std::string(secret) + ".ics";
}

organisation::Visibility VisibilityOfPerson(const organisation::Organisation& organisation,
                                            const organisation::RoleCatalogue& roles,
                                            const std::string& login,
                                            const std::string& permission, bool own,
                                            absl::Time now) {
  const organisation::Rights rights = organisation::RightsOf(
      &organisation, {.tenant = organisation.tenant(), .login = login, .groups = {}}, now);
  organisation::Visibility visibility = organisation::VisibilityOf(
      organisation::Decide(roles, rights.roles, permission), rights, &organisation);
  return own ? OnlyOwn(std::move(visibility)) : visibility;
}

organisation::Visibility OnlyOwn(organisation::Visibility visibility) {
  visibility.spheres.clear();
  visibility.places.clear();
  return visibility;
}

std::optional<v1::CalendarEntry> EntryOf(const Deadline& deadline,
                                         const regimes::RegimeCatalogue& regimes) {
  const type::v1::Sphere sphere = deadline.matter.sphere;
  const bool restricted = sphere == type::v1::SPHERE_RESTRICTED;
  // A sphere that is not one of these is none to tell of.
  if (!restricted && sphere != type::v1::SPHERE_OPEN && sphere != type::v1::SPHERE_PERSONAL_DATA) {
    return std::nullopt;
  }
  v1::CalendarEntry entry;
  entry.set_uid(UidOf(deadline));
  entry.set_sequence(deadline.sequence);
  *entry.mutable_update_time() = ToProtoTime(deadline.update_time);
  *entry.mutable_target_time() = ToProtoTime(deadline.target);
  if (deadline.remind) *entry.mutable_remind_time() = ToProtoTime(*deadline.remind);
  if (restricted) return entry;
  const Titles titles = TitlesOf(deadline, regimes);
  entry.set_number(deadline.number);
  entry.set_title(titles.regime);
  entry.set_stage_title(titles.stage);
  entry.set_statutory(deadline.statutory);
  entry.set_to_assess(deadline.duty_state == DutyState::DUTY_STATE_TO_ASSESS);
  return entry;
}

v1::Deadline ToProto(const Deadline& deadline, const regimes::RegimeCatalogue& regimes) {
  const Titles titles = TitlesOf(deadline, regimes);
  v1::Deadline proto;
  proto.set_duty_id(deadline.duty_id);
  proto.set_case_id(deadline.case_id);
  proto.set_number(deadline.number);
  proto.set_regime(deadline.regime);
  proto.set_title(titles.regime);
  proto.set_stage(deadline.stage);
  proto.set_stage_title(titles.stage);
  *proto.mutable_target_time() = ToProtoTime(deadline.target);
  if (deadline.outer) *proto.mutable_outer_time() = ToProtoTime(*deadline.outer);
  if (deadline.remind) *proto.mutable_remind_time() = ToProtoTime(*deadline.remind);
  proto.set_statutory(deadline.statutory);
  proto.set_state(deadline.state);
  proto.set_duty_state(deadline.duty_state);
  proto.set_unit(deadline.matter.unit);
  return proto;
}

}  // namespace avvik::escalation
