// A mapping: how the lines of one kind of register become reports. The file's schema, and what each
// field means, is proto/avvik/import/v1/mapping.proto.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "avvik/import/v1/mapping.pb.h"
#include "avvik/intake/v1/report.pb.h"
#include "cli/import/record.h"
#include "cli/import/value_rules.h"

namespace avvik::cli {

// What the lines are read against.
struct Surroundings {
  Names units;            // Ids by id and name, folded.
  Names systems;          // The same.
  absl::TimeZone zone;    // The organisation's.
  std::string register_;  // Instead of the mapping's own; may be empty.
};

// Immutable; thread-safe.
class Mapping {
 public:
  // INVALID_ARGUMENT (status::InvalidFields), with every field that cannot be used.
  static absl::StatusOr<Mapping> Make(const import::v1::Mapping& proto);

  const import::v1::Mapping& proto() const { return proto_; }
  const std::string& name() const { return proto_.name(); }

  // How many of its columns the file has when it has all by which the mapping is recognised; 0
  // otherwise.
  size_t Recognises(const std::vector<std::string>& columns) const;
  // Those of `columns` that no rule looks at.
  std::vector<std::string> Unused(const std::vector<std::string>& columns) const;
  // Columns of the key that are not among `columns`.
  std::vector<std::string> MissingKey(const std::vector<std::string>& columns) const;

  // Identifies the record in its register: the values of the key columns; without, or when that is
  // longer than a key may be, a digest of all values, whatever the order of the columns.
  std::string KeyOf(const Record& record) const;

  // The report, with its origin. INVALID_ARGUMENT (status::InvalidFields) names what could not be
  // read, by the field of the report. Whether the report is one that the API takes is not looked
  // at.
  absl::StatusOr<intake::v1::Report> ReportOf(const Record& record,
                                              const Surroundings& around) const;

 private:
  Mapping() = default;

  import::v1::Mapping proto_;
  std::vector<ColumnChoice> recognised_by_;
  std::vector<ColumnChoice> key_;
  TextRule title_, description_;
  CategoryRule category_;
  ReferenceRule unit_, system_;
  AnswerRule personal_data_, national_security_, ongoing_;
  std::optional<NumberRule> affected_persons_;
  std::optional<TimeRule> occurred_, discovered_, reported_;
  std::optional<absl::TimeZone> zone_;
};

// Reads and checks a mapping file. Errors as from datafile::Load: `file:line:column: field: what is
// wrong`.
absl::StatusOr<Mapping> LoadMapping(const std::string& path);
// The same for a text, which is called `name` in errors.
absl::StatusOr<Mapping> ParseMapping(const std::string& text, const std::string& name);

// The request id under which a line is submitted: the same for the same register and key, so that a
// repeated import makes no second report.
std::string RequestIdOf(const std::string& register_name, const std::string& key);

// Units' and systems' ids by what people call them, from the organisation's lists.
template <typename Entries>
Names NamesOf(const Entries& entries) {
  Names names;
  for (const auto& entry : entries) names.emplace(Fold(entry.name()), entry.id());
  // An id means itself, whatever else is called so.
  for (const auto& entry : entries) names.insert_or_assign(Fold(entry.id()), entry.id());
  return names;
}

}  // namespace avvik::cli
