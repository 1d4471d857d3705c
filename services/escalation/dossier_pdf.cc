#include "services/escalation/dossier_pdf.h"

#include <utility>
#include <vector>

#include "absl/strings/str_join.h"
#include "common/document/pdf.h"
#include "common/status/error.h"
#include "fmt/format.h"
#include "services/escalation/dossier_words.h"

namespace avvik::escalation {
namespace {

// As much of a text as fits where a document has little room.
std::string Short(const std::string& text, size_t bytes) {
  if (text.size() <= bytes) return text;
  size_t end = bytes - 3;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "…";
}

class Writer {
 public:
  Writer(const v1::Dossier& dossier, const ExportFrame& frame)
      : dossier_(dossier), frame_(frame), words_(WordsOf(dossier.language())) {}

  document::Document Write() {
    document::Document document{
        .language = dossier_.language(),
        .title = Short(dossier_.stage_title(), document::kMostTitleBytes),
        .subtitle = Short(dossier_.regime_title(), document::kMostTitleBytes),
        .organisation = Short(dossier_.municipality(), document::kMostFrameBytes),
        .logo_svg = frame_.logo_svg,
        .state = IsDraft() ? words_.draft_mark : "",
        .header = Short(fmt::format("{} · {} · {}", dossier_.municipality(), dossier_.stage_title(),
                                    dossier_.case_().number()),
                        document::kMostFrameBytes),
        .footer = fmt::format(fmt::runtime(words_.made), Time(frame_.time)),
        .date = frame_.time};
    AddMarking(&document);
    if (IsDraft()) document.blocks.emplace_back(DraftNotice());
    document.blocks.emplace_back(Particulars());
    document.blocks.emplace_back(document::Heading{2, words_.fields});
    document.blocks.emplace_back(Fields());
    if (!dossier_.late_reasons().empty()) {
      document.blocks.emplace_back(document::Heading{2, words_.late});
      document.blocks.emplace_back(document::Paragraph{dossier_.late_reasons()});
    }
    return document;
  }

 private:
  // What was told to the authority is no draft any more, approved or not.
  bool IsDraft() const {
    return dossier_.state() != v1::DOSSIER_STATE_APPROVED &&
           dossier_.state() != v1::DOSSIER_STATE_SENT;
  }

  std::string Time(absl::Time time) const {
    return TimeText(time, dossier_.language(), frame_.time_zone);
  }
  std::string Time(const google::protobuf::Timestamp& time) const { return Time(TimeOf(time)); }

  std::string Deed(const v1::DossierDeed& deed) const {
    const std::string when = Time(deed.time());
    return deed.person_name().empty() ? when : fmt::format("{}, {}", deed.person_name(), when);
  }

  void AddMarking(document::Document* document) const {
    if (dossier_.secrecy().empty()) return;
    document::Marking marking{.title = words_.secrecy};
    // The last line says whose marking it is and since when.
    for (const std::string& ground : dossier_.secrecy()) {
      if (marking.lines.size() + 2 > document::kMostMarkingLines) break;
      marking.lines.push_back(Short(ground, document::kMostFrameBytes));
    }
    marking.lines.push_back(
        Short(fmt::format("{}, {}", dossier_.municipality(),
                          DateText(frame_.time, dossier_.language(), frame_.time_zone)),
              document::kMostFrameBytes));
    document->marking = std::move(marking);
  }

  document::Notice DraftNotice() const {
    std::string text =
        dossier_.state() == v1::DOSSIER_STATE_IN_REVIEW ? words_.review_text : words_.draft_text;
    if (dossier_.missing_size() > 0) {
      std::vector<std::string> labels;
      for (const v1::DossierField& field : dossier_.fields()) {
        for (const std::string& missing : dossier_.missing()) {
          if (missing == field.field()) labels.push_back(LabelText(field));
        }
      }
      text +=
          "\n\n" + fmt::format(fmt::runtime(words_.missing_fields), absl::StrJoin(labels, ", "));
    }
    if (dossier_.fields_confidence() == v1::CONFIDENCE_UNVERIFIED) {
      text += fmt::format("\n\n{}", words_.unconfirmed_fields);
    }
    return {words_.draft_title, text};
  }

  document::Facts Particulars() const {
    document::Facts facts;
    const auto add = [&facts](const char* label, const std::string& value) {
      if (!value.empty()) facts.facts.push_back({label, value});
    };
    add(words_.to, dossier_.receiver().name());
    add(words_.entity,
        dossier_.registration_number().empty()
            ? dossier_.entity_name()
            : fmt::format("{}, {}", dossier_.entity_name(), dossier_.registration_number()));
    add(words_.contact, Contact());
    add(words_.legal_basis, dossier_.legal_basis());
    add(words_.case_number, dossier_.case_().number());
    add(words_.rules, fmt::format("{} {}", dossier_.regime(), dossier_.regime_version()));
    add(words_.external_number, dossier_.external_id());
    if (dossier_.has_target_time()) add(words_.target, Time(dossier_.target_time()));
    if (dossier_.has_submit_time()) add(words_.told, Time(dossier_.submit_time()));
    const int state = dossier_.state();
    add(words_.version, fmt::format("{}, {}", dossier_.version(),
                                    words_.states[state > 0 && state < 5 ? state : 1]));
    if (dossier_.written().has_time()) add(words_.written, Deed(dossier_.written()));
    if (dossier_.approved().has_time()) {
      add(words_.approved, Deed(dossier_.approved()));
    } else if (dossier_.state() == v1::DOSSIER_STATE_SENT) {
      add(words_.approved, words_.not_approved);
    }
    return facts;
  }

  std::string Contact() const {
    std::vector<std::string> parts;
    for (const std::string* part :
         {&dossier_.contact().name(), &dossier_.contact().email(), &dossier_.contact().phone()}) {
      if (!part->empty()) parts.push_back(*part);
    }
    return absl::StrJoin(parts, "\n");
  }

  document::Fields Fields() const {
    document::Fields fields;
    for (const v1::DossierField& field : dossier_.fields()) {
      std::string value = ValueText(field, dossier_.language(), frame_.time_zone);
      const bool empty = value.empty();
      if (empty) value = field.required() && IsDraft() ? words_.missing : words_.not_filled_in;
      fields.fields.push_back({.number = field.number(),
                               .label = field.label(),
                               .value = std::move(value),
                               .empty = empty});
    }
    return fields;
  }

  const v1::Dossier& dossier_;
  const ExportFrame& frame_;
  const DossierWords& words_;
};

}  // namespace

document::Document DocumentOf(const v1::Dossier& dossier, const ExportFrame& frame) {
  return Writer(dossier, frame).Write();
}

absl::StatusOr<std::string> ToPdf(const v1::Dossier& dossier, const ExportFrame& frame) {
  document::Document document = DocumentOf(dossier, frame);
  absl::StatusOr<std::string> pdf = document::ToPdf(document);
  const std::string reason = pdf.ok() ? "" : status::ReasonOf(pdf.status());
  if (reason != "LOGO_UNREADABLE" && reason != "LOGO_TOO_LARGE") return pdf;
  // What has to be told is told without it.
  document.logo_svg.clear();
  return document::ToPdf(document);
}

}  // namespace avvik::escalation
