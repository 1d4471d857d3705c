// A dossier as a file: for people, for registries, and for those who take incidents in by machine.
// Pure: what is not in the dossier is given, and the same is the same file.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "avvik/escalation/v1/dossier.pb.h"

namespace avvik::escalation {

// How far the receiver may pass it on (FIRST, Traffic Light Protocol 2.0).
enum class Tlp { kClear, kGreen, kAmber, kAmberStrict, kRed };

// What surrounds a dossier.
struct ExportFrame {
  std::string logo_svg;  // The municipality's; may be empty.
  std::string domain;    // Where it is on the network, such as `kalix.se`; empty when not known.
  absl::Time time;       // When the file is made.
  absl::TimeZone time_zone;  // Of the entity; what people read is in it.
  Tlp tlp = Tlp::kAmber;
};

// What holds when nobody says otherwise: AMBER+STRICT, the receiver alone, where there are grounds
// of secrecy, else AMBER.
Tlp TlpOf(const v1::Dossier& dossier);

// Tagged PDF in the language of the authority: its fields in its order. What is not approved is a
// draft at first sight. Problems and the reasons of reviews are of the house, and left out. Without the logo where it cannot be drawn.
absl::StatusOr<std::string> ToPdf(const v1::Dossier& dossier, const ExportFrame& frame);

// The message as JSON (the proto mapping, field names in lower camel case), after a note of what it
// is: `schema.message` and `schema.version`, which rises when a reader must be changed. Without
// what is of the call alone.
absl::StatusOr<std::string> ToJson(const v1::Dossier& dossier);

// An IODEF-Document 2.00 (RFC 7970) of one incident, its purpose reporting.
absl::StatusOr<std::string> ToIodef(const v1::Dossier& dossier, const ExportFrame& frame);

// A STIX 2.1 bundle: the municipality or company, the incident with the Incident Core extension,
// and the marking. Ids come from what they are of; a later version of the dossier is a later
// version of the same incident.
std::string ToStix(const v1::Dossier& dossier, const ExportFrame& frame);

// The file's name without a path, such as `AVV-2026-000123-incidentanmalan-v2.pdf`, and its media
// type.
std::string FileNameOf(const v1::Dossier& dossier, v1::DossierFormat format);
std::string MediaTypeOf(v1::DossierFormat format);

// Any of them. INVALID_ARGUMENT for a format that is none.
absl::StatusOr<std::string> Export(const v1::Dossier& dossier, v1::DossierFormat format,
                                   const ExportFrame& frame);

}  // namespace avvik::escalation
