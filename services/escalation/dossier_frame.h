// What surrounds a dossier when it becomes a file, from the organisation.
#pragma once

#include "absl/time/time.h"
#include "avvik/escalation/v1/dossier.pb.h"
#include "common/organisation/organisation.h"
#include "services/escalation/dossier_export.h"

namespace avvik::escalation {

// The domain is that of the address people reach the municipality's Avvik at.
ExportFrame FrameOf(const v1::Dossier& dossier, const organisation::Organisation& organisation,
                    absl::Time now);

}  // namespace avvik::escalation
