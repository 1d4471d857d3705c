#include "services/triage/record.h"

#include <algorithm>
#include <utility>

#include "common/outgoing/outgoing_text.h"
#include "common/rpc/time.h"
#include "common/status/error.h"
#include "common/status/macros.h"
#include "services/triage/errors.h"

namespace avvik::triage {
namespace {

using rpc::ToProtoTime;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

absl::Status CheckPublic(const char* field, const std::string& text) {
  if (outgoing::Check(text).empty()) return absl::OkStatus();
  return status::InvalidField(
      field, "holds what looks like a personal identity number or a classified marking");
}

// A paragraph is a sign and a number, such as `18 kap. 8 § OSL` or `§ 31`.
bool IsGround(const std::string& text) {
  return text.find("§") != std::string::npos &&
         std::any_of(text.begin(), text.end(), IsDigit) && outgoing::Check(text).empty();
}

v1::PublicDocument Document(v1::DocumentKind kind, bool is_public, v1::DocumentReason reason,
                            std::optional<absl::Time> time, int64_t count) {
  v1::PublicDocument document;
  document.set_kind(kind);
  document.set_public_(is_public);
  document.add_reasons(reason);
  if (time) *document.mutable_time() = ToProtoTime(*time);
  document.set_count(count);
  return document;
}

}  // namespace

bool SecrecyMarking::Stands() const {
  return std::none_of(assessments.begin(), assessments.end(), [](const SecrecyAssessment& one) {
    return one.outcome == v1::SECRECY_OUTCOME_RELEASED;
  });
}

SeriesNumber SeriesFor(const organisation::Organisation& organisation, const std::string& unit,
                       absl::Time now) {
  const std::string& authority = organisation.ControllerOf(unit).id();
  std::string prefix = authority;
  for (char& c : prefix) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return {authority, std::move(prefix), organisation.LocalYear(now)};
}

std::string RegistrationNumber(const SeriesNumber& series, int64_t count) {
  return series.prefix + " " + std::to_string(series.year) + "/" + std::to_string(count);
}

std::string PlainTitle(type::v1::Kind kind, std::string_view language) {
  const auto in = [&](const char* sv, const char* da, const char* en) -> std::string {
    if (language == "da") return da;
    return language == "en" ? en : sv;
  };
  switch (kind) {
    case type::v1::KIND_EVENT:
      return in("Händelse som rör informationssäkerhet", "Hændelse vedrørende informationssikkerhed",
                "Event concerning information security");
    case type::v1::KIND_WEAKNESS:
      return in("Svaghet som rör informationssäkerhet", "Svaghed vedrørende informationssikkerhed",
                "Weakness concerning information security");
    case type::v1::KIND_INCIDENT:
      return in("Incident som rör informationssäkerhet", "Brud på informationssikkerheden",
                "Information security incident");
    case type::v1::KIND_NEAR_MISS:
      return in("Tillbud som rör informationssäkerhet",
                "Nærved-hændelse vedrørende informationssikkerhed",
                "Near miss concerning information security");
    default:
      return in("Avvikelse som rör informationssäkerhet",
                "Afvigelse vedrørende informationssikkerhed",
                "Deviation concerning information security");
  }
}

absl::StatusOr<RecordChange> Register(CaseRecord record, const std::string& number,
                                      const Case& subject,
                                      const organisation::Organisation& organisation,
                                      const std::string& by, absl::Time now) {
  if (!record.registration_number.empty()) {
    if (number.empty() || number == record.registration_number) {
      return RecordChange{std::move(record), {}};
    }
    return error::CaseIsRegistered(record.registration_number);
  }
  RecordChange change;
  if (number.empty()) {
    change.next = SeriesFor(organisation, subject.unit, now);
  } else {
    if (number.find_first_of("0123456789") == std::string::npos) {
      return status::InvalidField("registration_number", "must hold a number");
    }
    AVVIK_RETURN_IF_ERROR(CheckPublic("registration_number", number));
  }
  record.registration_number = number;
  record.registered = now;
  record.registered_by = by;
  change.changed = std::move(record);
  return change;
}

absl::StatusOr<RecordChange> Describe(CaseRecord record, const std::string& public_title,
                                      const std::string& correspondent) {
  AVVIK_RETURN_IF_ERROR(CheckPublic("public_title", public_title));
  AVVIK_RETURN_IF_ERROR(CheckPublic("correspondent", correspondent));
  record.public_title = public_title;
  record.correspondent = correspondent;
  return RecordChange{std::move(record), {}};
}

absl::StatusOr<RecordChange> Mark(CaseRecord record, std::string id, const std::string& ground,
                                  const std::string& by, absl::Time now) {
  if (!IsGround(ground)) {
    return status::InvalidField("ground", "must be a paragraph, such as `18 kap. 8 § OSL`");
  }
  const bool marked = std::any_of(
      record.markings.begin(), record.markings.end(),
      [&](const SecrecyMarking& marking) { return marking.ground == ground && marking.Stands(); });
  if (!marked) record.markings.push_back({std::move(id), ground, by, now, {}});
  return RecordChange{std::move(record), {}};
}

absl::StatusOr<RecordChange> Assess(CaseRecord record, const std::string& marking_id,
                                    SecrecyAssessment assessment) {
  if (assessment.outcome == v1::SECRECY_OUTCOME_UNSPECIFIED) {
    return status::InvalidField("outcome", "must say what came of it");
  }
  for (SecrecyMarking& marking : record.markings) {
    if (marking.id != marking_id || !marking.Stands()) continue;
    marking.assessments.push_back(std::move(assessment));
    return RecordChange{std::move(record), {}};
  }
  return error::MarkingNotFound(marking_id);
}

std::vector<v1::PublicDocument> DocumentsOf(const Case& subject, const Dossiers& dossiers) {
  std::vector<v1::PublicDocument> documents;
  documents.push_back(Document(v1::DOCUMENT_KIND_REPORT, true, v1::DOCUMENT_REASON_RECEIVED,
                               subject.reported, subject.report_count));
  documents.push_back(Document(v1::DOCUMENT_KIND_RECEIPT, true, v1::DOCUMENT_REASON_DISPATCHED,
                               subject.reported, subject.report_count));
  if (!subject.notes.empty()) {
    documents.push_back(Document(v1::DOCUMENT_KIND_NOTES, false, v1::DOCUMENT_REASON_WORKING_NOTE,
                                 {}, static_cast<int64_t>(subject.notes.size())));
  }
  const bool settled = subject.closed.has_value();
  if (settled || !subject.outcome.empty()) {
    documents.push_back(
        Document(v1::DOCUMENT_KIND_DECISION, settled,
                 settled ? v1::DOCUMENT_REASON_SETTLED : v1::DOCUMENT_REASON_NOT_SETTLED,
                 subject.closed, 1));
  }
  if (!subject.outcome_for_reporter.empty()) {
    documents.push_back(Document(v1::DOCUMENT_KIND_LETTER, true, v1::DOCUMENT_REASON_DISPATCHED,
                                 subject.closed, 1));
  }
  if (dossiers.count > 0) {
    documents.push_back(Document(v1::DOCUMENT_KIND_DOSSIER, true, v1::DOCUMENT_REASON_DISPATCHED,
                                 dossiers.last, dossiers.count));
  }
  if (subject.erased) {
    for (v1::PublicDocument& document : documents) {
      document.add_reasons(v1::DOCUMENT_REASON_ERASED);
    }
  }
  return documents;
}

v1::RegisterEntry EntryOf(const CaseRecord& record, absl::Time received, type::v1::Kind kind,
                          type::v1::Sphere sphere, std::string_view language) {
  v1::RegisterEntry entry;
  entry.set_registration_number(record.registration_number);
  *entry.mutable_receive_time() = ToProtoTime(received);
  for (const SecrecyMarking& marking : record.markings) {
    if (marking.Stands()) entry.add_grounds(marking.ground);
  }
  const bool open = sphere == type::v1::SPHERE_OPEN || sphere == type::v1::SPHERE_PERSONAL_DATA;
  if (open) entry.set_correspondent(record.correspondent);
  if (entry.correspondent().empty()) entry.add_left_out(v1::LEFT_OUT_CORRESPONDENT);
  if (open) {
    entry.set_subject(record.public_title.empty() ? PlainTitle(kind, language) : record.public_title);
  } else {
    entry.add_left_out(v1::LEFT_OUT_SUBJECT);
  }
  return entry;
}

std::string EtagOf(const CaseRecord& record) { return std::to_string(record.version); }

}  // namespace avvik::triage
