// What the data fill in in the fields of a stage: the organisation's, the case's facts, what was answered, what was written
// in an earlier stage. Pure.
#pragma once

#include <map>
#include <string>

#include "common/organisation/organisation.h"
#include "common/regimes/question_book.h"
#include "services/escalation/case_facts.h"
#include "services/escalation/dossier.h"

namespace avvik::escalation {

// What is known.
struct FillSources {
  const Duty& duty;
  const CaseFacts& facts;
  const organisation::Organisation& organisation;
  const regimes::QuestionBook& questions;
  // What was written in the other stages, by stage: as told, or else as it stands.
  const std::map<std::string, FieldValues>& others;
};

// What is filled in in the fields of a stage, in the language of the regime; what is not known is left out.
FieldValues FillIn(const DossierRules& rules, const FillSources& sources);

// Whom an authority turns to about a duty; null when the organisation names nobody.
const organisation::v1::AuthorityContact* ContactFor(const organisation::Organisation& organisation,
                                                     const Duty& duty);

// Organisation number (SE) or CVR number (DK) of a unit: its own, or that of the legal person it is a part of; empty when
// not known.
std::string RegistrationNumberOf(const organisation::Organisation& organisation,
                                 const std::string& unit);

}  // namespace avvik::escalation
