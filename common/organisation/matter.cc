#include "common/organisation/matter.h"

#include <algorithm>
#include <memory>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace avvik::organisation {
namespace {

void Add(const std::string& key, std::vector<std::string>* parties) {
  if (key.empty()) return;
  if (std::find(parties->begin(), parties->end(), key) == parties->end()) parties->push_back(key);
}

}  // namespace

absl::StatusOr<std::optional<triage::v1::CaseFacts>> CaseFactsIn(const events::v1::Event& event) {
  const auto* wanted = triage::v1::CaseFacts::descriptor();
  const auto* type = wanted->file()->pool()->FindMessageTypeByName(event.type());
  const auto* field = type == nullptr ? nullptr : type->FindFieldByName("facts");
  if (field == nullptr || field->is_repeated() || field->message_type() != wanted) {
    return std::nullopt;
  }
  const std::unique_ptr<google::protobuf::Message> message(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
  if (!event.data().UnpackTo(message.get())) {
    return absl::DataLossError("the event of the case cannot be read as " + event.type());
  }
  return static_cast<const triage::v1::CaseFacts&>(
      message->GetReflection()->GetMessage(*message, field));
}

Matter MatterOf(const triage::v1::CaseFacts& facts) {
  Matter matter;
  matter.unit = facts.unit();
  matter.sphere = facts.sphere();
  if (matter.sphere == type::v1::SPHERE_UNSPECIFIED) {
    matter.sphere = SphereOf(facts.classification().national_security(),
                             facts.classification().personal_data(), /*restricted=*/false);
  }
  const bool passes_on =
      matter.sphere == type::v1::SPHERE_OPEN || matter.sphere == type::v1::SPHERE_PERSONAL_DATA;
  const auto add = [&](const triage::v1::PartyReference& party, bool function) {
    Add(party.person_id(), &matter.parties);
    if (function) {
      Add(FunctionKey(party.role(), party.unit(), facts.system()), &matter.parties);
    }
  };
  add(facts.owner(), passes_on);
  for (const auto& party : facts.drawn_in()) add(party, passes_on);
  // Of somebody named as a person, the function says only who that was.
  for (const auto& party : facts.named()) add(party, party.person_id().empty());
  return matter;
}

}  // namespace avvik::organisation
