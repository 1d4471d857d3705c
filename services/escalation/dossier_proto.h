// Between the domain's dossier and the API's.
#pragma once

#include "absl/time/time.h"
#include "avvik/escalation/v1/dossier.pb.h"
#include "common/organisation/organisation.h"
#include "common/regimes/regime_catalogue.h"
#include "services/escalation/dossier_store.h"

namespace avvik::escalation {

// What a dossier is shown with.
struct DossierPlace {
  const RegimeCatalogue& regimes;
  const organisation::Organisation& organisation;
  std::string person;  // Who looks, by pseudonym; empty for a machine.
  absl::Time now;
};

// A version of a dossier; 0 is the newest, and before anybody wrote what the data fill in. The version must be there,
// and `rules` be those of the stage.
v1::Dossier ToProto(const DossierFile& file, const DossierRules& rules, int version,
                    const DossierPlace& place);

v1::DossierReceipt ToProto(const Receipt& receipt, const organisation::Organisation& organisation);

// What the data fill in in the dossier.
FieldValues FilledIn(const DossierFile& file, const DossierRules& rules,
                     const RegimeCatalogue& regimes,
                     const organisation::Organisation& organisation);

}  // namespace avvik::escalation
