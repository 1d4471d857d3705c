// What of this service is sealed with which keys, so that keys can be replaced (common/secrecy/renewal.h).
#pragma once

#include <vector>

#include "common/secrecy/renewal.h"

namespace avvik::escalation {

// Every table of keys, with all that they seal. Contexts are those that duty_rows.cc, decision_tables.cc and
// dossier_tables.cc seal with.
std::vector<secrecy::SealedWith> SealedKeys();

}  // namespace avvik::escalation
