// A dossier as a document for people, before it is set.
#pragma once

#include "avvik/escalation/v1/dossier.pb.h"
#include "common/document/document.h"
#include "services/escalation/dossier_export.h"

namespace avvik::escalation {

document::Document DocumentOf(const v1::Dossier& dossier, const ExportFrame& frame);

}  // namespace avvik::escalation
