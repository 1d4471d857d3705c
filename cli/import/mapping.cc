#include "cli/import/mapping.h"

#include <algorithm>
#include <set>
#include <utility>

#include "cli/import/digest.h"
#include "cli/import/text.h"
#include "common/datafile/datafile.h"
#include "common/deadline/instant.h"
#include "common/status/error.h"
#include "google/protobuf/timestamp.pb.h"

namespace avvik::cli {
namespace {

using status::FieldViolation;

// `Report.origin.key` and `Report.title` take no more.
constexpr size_t kMaxKeyBytes = 200;
constexpr size_t kMaxTitle = 200;

// Takes the value, or notes what is wrong with the rule in the field `name`.
template <typename T, typename To>
void Take(absl::StatusOr<T> made, const std::string& name, To* to,
          std::vector<FieldViolation>* violations) {
  if (made.ok()) {
    *to = *std::move(made);
    return;
  }
  for (const FieldViolation& violation : status::ViolationsOf(made.status())) {
    violations->push_back({name + "." + violation.field, violation.description});
  }
}

template <typename Texts>
void TakeColumns(const Texts& texts, const std::string& name, std::vector<ColumnChoice>* to,
                 std::vector<FieldViolation>* violations) {
  for (int i = 0; i < texts.size(); ++i) {
    auto choice = ColumnChoice::Parse(texts[i]);
    if (choice.ok()) {
      to->push_back(*std::move(choice));
    } else {
      violations->push_back(
          {name + "[" + std::to_string(i) + "]", std::string(choice.status().message())});
    }
  }
}

std::set<std::string> FoldedSet(const std::vector<std::string>& columns) {
  std::set<std::string> folded;
  for (const std::string& column : columns) folded.insert(Fold(column));
  return folded;
}

bool AnyOf(const ColumnChoice& choice, const std::set<std::string>& columns) {
  return std::any_of(choice.columns().begin(), choice.columns().end(),
                     [&](const std::string& column) { return columns.count(column) > 0; });
}

google::protobuf::Timestamp ToTimestamp(absl::Time time) {
  google::protobuf::Timestamp proto;
  const int64_t micros = absl::ToUnixMicros(time);
  const int64_t part = (micros % 1'000'000 + 1'000'000) % 1'000'000;
  proto.set_seconds((micros - part) / 1'000'000);
  proto.set_nanos(static_cast<int32_t>(part * 1000));
  return proto;
}

}  // namespace

absl::StatusOr<Mapping> Mapping::Make(const import::v1::Mapping& proto) {
  Mapping made;
  made.proto_ = proto;
  std::vector<FieldViolation> violations;
  const char separator = proto.list_separator().empty() ? '\0' : proto.list_separator().front();
  if (proto.list_separator().size() > 1)
    violations.push_back({"list_separator", "must be an ASCII character"});
  TakeColumns(proto.recognised_by(), "recognised_by", &made.recognised_by_, &violations);
  TakeColumns(proto.key(), "key", &made.key_, &violations);
  Take(TextRule::Make(proto.title()), "title", &made.title_, &violations);
  Take(TextRule::Make(proto.description()), "description", &made.description_, &violations);
  Take(CategoryRule::Make(proto.category(), separator), "category", &made.category_, &violations);
  Take(ReferenceRule::Make(proto.unit()), "unit", &made.unit_, &violations);
  Take(ReferenceRule::Make(proto.system()), "system", &made.system_, &violations);
  Take(AnswerRule::Make(proto.personal_data()), "personal_data", &made.personal_data_, &violations);
  Take(AnswerRule::Make(proto.national_security()), "national_security", &made.national_security_,
       &violations);
  Take(AnswerRule::Make(proto.ongoing()), "ongoing", &made.ongoing_, &violations);
  if (proto.has_affected_persons()) {
    Take(NumberRule::Make(proto.affected_persons()), "affected_persons", &made.affected_persons_,
         &violations);
  }
  if (proto.has_occurred_time()) {
    Take(TimeRule::Make(proto.occurred_time()), "occurred_time", &made.occurred_, &violations);
  }
  if (proto.has_discovered_time()) {
    Take(TimeRule::Make(proto.discovered_time()), "discovered_time", &made.discovered_,
         &violations);
  }
  if (proto.has_reported_time()) {
    Take(TimeRule::Make(proto.reported_time()), "reported_time", &made.reported_, &violations);
  }
  if (!proto.zone().empty()) {
    auto zone = deadline::LoadZone(proto.zone());
    if (zone.ok()) {
      made.zone_ = *zone;
    } else {
      violations.push_back({"zone", std::string(zone.status().message())});
    }
  }
  if (!violations.empty()) return status::InvalidFields(violations);
  return made;
}

size_t Mapping::Recognises(const std::vector<std::string>& columns) const {
  const auto present = FoldedSet(columns);
  const bool all = std::all_of(recognised_by_.begin(), recognised_by_.end(),
                               [&](const ColumnChoice& choice) { return AnyOf(choice, present); });
  return all ? recognised_by_.size() : 0;
}

std::vector<std::string> Mapping::Unused(const std::vector<std::string>& columns) const {
  std::set<std::string> used;
  auto add = [&](const std::vector<std::string>& more) { used.insert(more.begin(), more.end()); };
  for (const ColumnChoice& choice : key_) add(choice.columns());
  add(title_.columns());
  add(description_.columns());
  add(category_.columns());
  add(unit_.columns());
  add(system_.columns());
  add(personal_data_.columns());
  add(national_security_.columns());
  add(ongoing_.columns());
  if (affected_persons_) add(affected_persons_->columns());
  for (const auto* rule : {&occurred_, &discovered_, &reported_}) {
    if (*rule) add((*rule)->columns());
  }
  std::vector<std::string> unused;
  for (const std::string& column : columns) {
    if (!column.empty() && used.count(Fold(column)) == 0) unused.push_back(column);
  }
  return unused;
}

std::vector<std::string> Mapping::MissingKey(const std::vector<std::string>& columns) const {
  const auto present = FoldedSet(columns);
  std::vector<std::string> missing;
  for (size_t i = 0; i < key_.size(); ++i) {
    if (!AnyOf(key_[i], present)) missing.push_back(proto_.key(static_cast<int>(i)));
  }
  return missing;
}

std::string Mapping::KeyOf(const Record& record) const {
  std::string key;
  bool complete = !key_.empty();
  for (const ColumnChoice& choice : key_) {
    const std::string value = DrawTogether(choice.ValueIn(record));
    complete = complete && !value.empty();
    key += (key.empty() ? "" : " / ") + value;
  }
  if (complete && key.size() <= kMaxKeyBytes) return key;
  std::string all;
  for (const auto& [column, value] : record.values) all += column + '\x1f' + value + '\x1e';
  return "sha256:" + DigestOf(all);
}

absl::StatusOr<intake::v1::Report> Mapping::ReportOf(const Record& original,
                                                     const Surroundings& around) const {
  Record record = original;
  if (proto_.double_encoded()) {
    for (auto& [column, value] : record.values) value = UndoDoubleEncoding(value);
  }
  const absl::TimeZone zone = zone_.value_or(around.zone);
  std::vector<FieldViolation> violations;
  intake::v1::Report report;

  const std::string title = DrawTogether(title_.Of(record));
  report.set_title(CutToLength(title, title_.max_length() == 0 ? kMaxTitle : title_.max_length()));
  std::string description = description_.Of(record);
  if (description_.max_length() != 0)
    description = CutToLength(description, description_.max_length());
  report.set_description(description);
  report.set_category(category_.Of(record));
  report.set_personal_data(personal_data_.Of(record));
  report.set_national_security(national_security_.Of(record));
  report.set_ongoing(ongoing_.Of(record));
  auto reference = [&](const ReferenceRule& rule, const Names& names, const char* field,
                       std::string* out) {
    auto id = rule.Of(record, names);
    if (id.ok()) {
      *out = *std::move(id);
    } else {
      violations.push_back({field, std::string(id.status().message())});
    }
  };
  reference(unit_, around.units, "report.unit", report.mutable_unit());
  reference(system_, around.systems, "report.system", report.mutable_system());
  if (affected_persons_) {
    const auto number = affected_persons_->Of(record);
    if (!number.ok()) {
      violations.push_back({"report.affected_persons", std::string(number.status().message())});
    } else if (*number) {
      report.set_affected_persons(**number);
    }
  }
  intake::v1::Origin& origin = *report.mutable_origin();
  auto time = [&](const std::optional<TimeRule>& rule, const char* field, auto set) {
    if (!rule) return;
    const auto found = rule->Of(record, zone);
    if (!found.ok()) {
      violations.push_back({field, std::string(found.status().message())});
    } else if (*found) {
      set(ToTimestamp(**found));
    }
  };
  time(occurred_, "report.occurred_time",
       [&](const auto& at) { *report.mutable_occurred_time() = at; });
  time(discovered_, "report.discovered_time",
       [&](const auto& at) { *report.mutable_discovered_time() = at; });
  time(reported_, "report.origin.reported_time",
       [&](const auto& at) { *origin.mutable_reported_time() = at; });
  origin.set_register_(around.register_.empty() ? proto_.register_() : around.register_);
  origin.set_key(KeyOf(original));
  if (!violations.empty()) return status::InvalidFields(violations);
  return report;
}

absl::StatusOr<Mapping> ParseMapping(const std::string& text, const std::string& name) {
  import::v1::Mapping proto;
  const absl::Status parsed =
      datafile::Parse(text, name, &proto, [&proto] { return Mapping::Make(proto).status(); });
  if (!parsed.ok()) return parsed;
  return Mapping::Make(proto);
}

absl::StatusOr<Mapping> LoadMapping(const std::string& path) {
  import::v1::Mapping proto;
  const absl::Status loaded =
      datafile::Load(path, &proto, [&proto] { return Mapping::Make(proto).status(); });
  if (!loaded.ok()) return loaded;
  return Mapping::Make(proto);
}

std::string RequestIdOf(const std::string& register_name, const std::string& key) {
  return "import-" + DigestOf(register_name + '\x1f' + key);
}

}  // namespace avvik::cli
