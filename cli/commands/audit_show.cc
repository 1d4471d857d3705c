#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>

#include "avvik/escalation/v1/escalation.pb.h"
#include "avvik/options/v1/access.pb.h"
#include "avvik/triage/v1/triage.pb.h"
#include "cli/commands/audit_commands.h"
#include "cli/commands/audit_trail.h"
#include "cli/format.h"
#include "cli/url.h"
#include "common/deadline/instant.h"
#include "common/status/macros.h"

namespace avvik::cli {
namespace {

using audit::v1::Record;
using nlohmann::ordered_json;

// Subjects asked for at a time.
constexpr size_t kMostSubjects = 50;
// What the gateway records of people's sessions.
constexpr char kRecordSession[] = "avvik.triage.v1.SessionLog/RecordSession";

struct Shown {
  std::vector<std::string> subjects;
  std::vector<Record> records;
  std::vector<std::string> missing;  // What could not be read, and why.
};

// What belongs to the case: itself, its report, its duties, by id and by number. Who was denied knew perhaps
// only the number.
absl::Status FindSubjects(Api& api, const std::string& reference, Shown* shown) {
  std::set<std::string> subjects = {"cases/" + reference, "reports/" + reference};
  triage::v1::Case found;
  absl::Status status = api.Get("/v1/cases/" + UrlEncoded(reference), &found);
  if (status.ok()) {
    subjects.insert({"cases/" + found.case_id(), "cases/" + found.number(),
                     "reports/" + found.report_id(), "reports/" + found.number()});
  } else if (ExitCodeOf(status) == kUnreachable) {
    return status;
  } else {
    shown->missing.push_back("the case itself, so only what names it as " + reference +
                             " is shown: " + std::string(status.message()));
  }
  escalation::v1::ListDutiesResponse duties;
  const Query query = Query().Add("case_id", reference).Add("page_size", "1000");
  status = api.Get("/v1/duties?" + query.text(), &duties);
  if (status.ok()) {
    for (const auto& duty : duties.duties()) subjects.insert("duties/" + duty.duty_id());
  } else {
    shown->missing.push_back("the case's duties: " + std::string(status.message()));
  }
  shown->subjects.assign(subjects.begin(), subjects.end());
  return absl::OkStatus();
}

// What narrows the trace down to what is asked for, one after the other.
std::vector<Query> QueriesOf(const AuditShowAsked& asked,
                             const std::vector<std::string>& subjects) {
  if (!asked.person.empty()) return {Query().Add("actor", asked.person)};
  std::vector<Query> queries;
  for (size_t begin = 0; begin < subjects.size(); begin += kMostSubjects) {
    Query query;
    const size_t end = std::min(begin + kMostSubjects, subjects.size());
    for (size_t i = begin; i < end; ++i) query.Add("subjects", subjects[i]);
    queries.push_back(query);
  }
  return queries;
}

absl::Status FindRecords(Api& api, const AuditShowAsked& asked, Shown* shown) {
  AVVIK_ASSIGN_OR_RETURN(const auto services, AuditedServices(""));
  for (const std::string& service : services) {
    for (const Query& query : QueriesOf(asked, shown->subjects)) {
      AVVIK_RETURN_IF_ERROR(EachRecord(api, service, query, [&](const Record& record) {
        shown->records.push_back(record);
        return absl::OkStatus();
      }));
    }
  }
  const auto key = [](const Record& record) {
    return std::tuple(record.time().seconds(), record.time().nanos(), record.service(),
                      record.sequence());
  };
  std::sort(shown->records.begin(), shown->records.end(),
            [&](const Record& a, const Record& b) { return key(a) < key(b); });
  return absl::OkStatus();
}

// `read`, `change`, `session` for signing in and out, or `event` for what a service did by itself
// because of an event.
std::string KindOf(const Record& record) {
  if (record.method() == kRecordSession) return "session";
  std::string name = record.method();
  std::replace(name.begin(), name.end(), '/', '.');
  const auto* method =
      google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(name);
  if (method == nullptr) return "event";
  return method->options().GetExtension(options::v1::access).audit() ==
                 options::v1::AUDIT_CLASS_CHANGE
             ? "change"
             : "read";
}

// `GetCase` of `avvik.triage.v1.Triage/GetCase`.
std::string Short(const std::string& method) {
  const size_t at = method.find_last_of("/.");
  return at == std::string::npos ? method : method.substr(at + 1);
}

std::string Who(const Record& record) {
  std::string who = record.actor().empty() ? "somebody unknown" : record.actor();
  if (record.machine()) who += " (machine)";
  if (!record.on_behalf_of().empty()) who += " for " + record.on_behalf_of();
  return who;
}

std::string OutcomeOf(const Record& record) {
  switch (record.outcome()) {
    case audit::v1::OUTCOME_ALLOWED:
      return "allowed";
    case audit::v1::OUTCOME_DENIED:
      return "denied: " + record.reason();
    default:
      return "failed: " + record.reason();
  }
}

// `cases/0192d3a4-…`, short enough for a table.
std::string SubjectOf(const Record& record) {
  constexpr size_t kWhole = 30;
  constexpr size_t kKept = 13;
  const std::string& subject = record.subject();
  const size_t slash = subject.find('/');
  if (subject.size() <= kWhole || slash == std::string::npos) return subject;
  return subject.substr(0, slash + 1 + kKept) + "…";
}

void PrintText(Output& out, const AuditShowAsked& asked, const Shown& shown) {
  Table table({{"TIME"}, {"WHO"}, {"DID"}, {"CALL"}, {"SUBJECT"}, {"OUTCOME"}, {"FROM"}, {"DETAIL"}});
  std::set<std::string> readers, changers, denied;
  for (const Record& record : shown.records) {
    const std::string kind = KindOf(record);
    const absl::Time at = absl::FromUnixSeconds(record.time().seconds());
    table.Add({deadline::FormatInstant(at, absl::LocalTimeZone()), Who(record), kind,
               Short(record.method()), SubjectOf(record), OutcomeOf(record), record.client(),
               record.detail()});
    if (record.outcome() == audit::v1::OUTCOME_DENIED) {
      denied.insert(Who(record));
    } else if (record.outcome() == audit::v1::OUTCOME_ALLOWED &&
               (kind == "read" || kind == "change")) {
      (kind == "read" ? readers : changers).insert(Who(record));
    }
  }
  if (shown.records.empty()) {
    out.Line("the trace has nothing " +
             (asked.person.empty() ? "about " + asked.case_reference : "of " + asked.person));
  } else if (!asked.person.empty()) {
    out.Print(table);
  } else {
    out.Print(table);
    const auto list = [&](const char* what, const std::set<std::string>& people) {
      std::string line;
      for (const std::string& person : people) line += (line.empty() ? "" : ", ") + person;
      if (!line.empty()) out.Line(Harmless(std::string(what) + line));
    };
    out.Line("");
    list("read by     ", readers);
    list("changed by  ", changers);
    list("denied      ", denied);
  }
  for (const std::string& what : shown.missing) out.Note("not read: " + what);
}

void PrintJson(Output& out, const AuditShowAsked& asked, const Shown& shown) {
  ordered_json json = asked.person.empty() ? ordered_json{{"case", asked.case_reference},
                                                          {"subjects", shown.subjects}}
                                           : ordered_json{{"person", asked.person}};
  json["records"] = ordered_json::array();
  for (const Record& record : shown.records) {
    ordered_json entry = ToJsonValue(record);
    entry["did"] = KindOf(record);
    json["records"].push_back(std::move(entry));
  }
  json["missing"] = shown.missing;
  out.Json(json);
}

absl::StatusOr<Shown> Find(Session& session, const AuditShowAsked& asked) {
  AVVIK_ASSIGN_OR_RETURN(const auto caller, session.AsAsked());
  Shown shown;
  if (asked.person.empty()) {
    AVVIK_RETURN_IF_ERROR(FindSubjects(caller->api(), asked.case_reference, &shown));
  }
  AVVIK_RETURN_IF_ERROR(FindRecords(caller->api(), asked, &shown));
  return shown;
}

}  // namespace

ExitCode AuditShow(Session& session, const AuditShowAsked& asked) {
  const absl::StatusOr<Shown> shown = Find(session, asked);
  if (!shown.ok()) return session.out.Fail(shown.status());
  if (session.out.json()) {
    PrintJson(session.out, asked, *shown);
  } else {
    PrintText(session.out, asked, *shown);
  }
  return kOk;
}

}  // namespace avvik::cli
