#include "common/regimes/regime.h"

namespace avvik::regimes {

const StageRule* RegimeVersion::FindStage(const std::string& id) const {
  for (const StageRule& stage : stages) {
    if (stage.id == id) return &stage;
  }
  return nullptr;
}

const v1::StageField* StageRule::FindField(const std::string& field) const {
  for (const v1::StageField& one : fields) {
    if (one.id() == field) return &one;
  }
  return nullptr;
}

const v1::OptionList* RegimeVersion::OptionsOf(const v1::StageField& field) const {
  for (const v1::OptionList& list : option_lists) {
    if (!field.options().empty() && list.id() == field.options()) return &list;
  }
  return nullptr;
}

const ReceiverRule* RegimeVersion::ReceiverOn(absl::CivilDay day) const {
  for (const ReceiverRule& receiver : receivers) {
    if (receiver.days.Contains(day)) return &receiver;
  }
  return nullptr;
}

const RegimeVersion* Regime::VersionOn(absl::CivilDay day) const {
  for (const RegimeVersion& version : versions) {
    if (version.days.Contains(day)) return &version;
  }
  return nullptr;
}

const RegimeVersion* Regime::FindVersion(const std::string& name) const {
  for (const RegimeVersion& version : versions) {
    if (version.version == name) return &version;
  }
  return nullptr;
}

}  // namespace avvik::regimes
