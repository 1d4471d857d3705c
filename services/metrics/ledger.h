// The figures of one municipality in memory: a line for each deviation, that is for each case number, with
// what is counted of its report, case, duties and notices. One pass over the lines answers every question of
// the API, whatever it filters or groups by, in a few milliseconds for a million cases.
//
// The truth is in the database (figure_store.h); ledgers.h keeps ledgers up to date with it.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/time/time.h"
#include "services/metrics/figures.h"

namespace avvik::metrics {

// Names as small numbers. 0 is the empty name.
class Names {
 public:
  Names() { Add(""); }

  uint32_t Add(const std::string& name);
  // -1 when it is not there.
  int64_t Find(const std::string& name) const;
  const std::string& operator[](size_t index) const { return names_[index]; }
  size_t size() const { return names_.size(); }

 private:
  std::vector<std::string> names_;
  std::map<std::string, uint32_t> indexes_;
};

// Times and durations are in microseconds; kUnset stands for what has not happened.
inline constexpr int64_t kUnset = std::numeric_limits<int64_t>::min();
inline constexpr int kNoMonth = -1;
inline constexpr int kNotHit = -1;

// What is counted of a deviation. What it is placed by follows its case, and until there is one its report.
// A line fills one cache line: a pass over many lines costs what it costs to read them.
struct Line {
  int64_t opened = kUnset;
  int64_t to_acknowledge = kUnset;  // From opening to acknowledgement.
  int64_t to_close = kUnset;        // From opening to closing; unset while open.
  uint32_t unit = 0;
  uint32_t system = 0;
  int32_t month = kNoMonth;  // Local month of reporting: 12 × year + month − 1.
  uint32_t notices_sent = 0;
  uint32_t notices_waiting = 0;
  uint32_t notices_failed = 0;
  uint32_t first_stage = 0;  // The line's place among the stages.
  uint16_t stages = 0;
  uint16_t duties = 0;  // Not ruled out.
  std::array<int8_t, kProperties> levels = {kNotHit, kNotHit, kNotHit, kNotHit};
  uint8_t kind : 4 = 0;
  uint8_t severity : 4 = 0;
  bool has_report : 1 = false;
  bool has_case : 1 = false;
  bool open : 1 = false;
  bool reopened : 1 = false;
  bool has_measures : 1 = false;
  uint8_t sphere : 4 = type::v1::SPHERE_OPEN;
  uint8_t cause : 4 = 0;  // Of a closed case.
};
static_assert(sizeof(Line) == 64);

// A statutory stage of a duty that is not ruled out.
struct LineStage {
  enum class Standing : uint8_t { kToDo, kMet, kLate };
  int64_t target = kUnset;
  std::array<char, 36> duty_id = {};
  uint32_t regime = 0;
  uint32_t stage = 0;
  Standing standing = Standing::kToDo;
};

// Something to be done because of a case, that was not given up.
struct LineMeasure {
  int64_t due = kUnset;
  bool done = false;
};

// How many notices of one deviation are in which state.
struct NoticeCounts {
  uint32_t sent = 0;
  uint32_t waiting = 0;
  uint32_t failed = 0;
};

// Not thread-safe.
class Ledger {
 public:
  // Months are of `zone`.
  explicit Ledger(absl::TimeZone zone = absl::UTCTimeZone()) : zone_(zone) {}

  absl::TimeZone zone() const { return zone_; }
  void SetZone(absl::TimeZone zone);

  // Each replaces what the ledger had of the same report, case, duties or notices.
  void PutReport(const ReportFigure& report);
  void PutCase(const CaseFigure& figure);
  // All duties of a deviation.
  void PutDuties(CaseNumber number, std::span<const DutyFigure> duties);
  void PutNotices(CaseNumber number, const NoticeCounts& counts);

  // All measures of a deviation.
  void PutMeasures(CaseNumber number, std::span<const MeasureFigure> measures);

  std::span<const Line> lines() const { return lines_; }
  // Of one of lines().
  CaseNumber NumberOf(const Line& line) const {
    return origins_[static_cast<size_t>(&line - lines_.data())].number;
  }
  std::span<const LineStage> StagesOf(const Line& line) const {
    return std::span(stages_).subspan(line.first_stage, line.stages);
  }
  std::span<const LineMeasure> MeasuresOf(const Line& line) const {
    if (!line.has_measures) return {};
    return measures_.find(NumberOf(line))->second;
  }
  // No line is of another month than these; a first after the last when none has a month.
  int32_t first_month() const { return first_month_; }
  int32_t last_month() const { return last_month_; }
  const Names& units() const { return units_; }
  const Names& systems() const { return systems_; }
  const Names& regimes() const { return regimes_; }
  const Names& stage_names() const { return stage_names_; }

 private:
  struct NumberHash {
    size_t operator()(const CaseNumber& number) const {
      return std::hash<uint64_t>()(uint64_t{number.year} << 32 | number.sequence);
    }
  };

  // What a line is, apart from what is counted.
  struct Origin {
    CaseNumber number;
    int64_t reported = kUnset;
    uint16_t stage_room = 0;
  };

  size_t IndexOf(CaseNumber number);
  void Place(size_t index, const std::string& unit, const std::string& system,
             absl::Time reported);
  void SetMonth(size_t index);

  absl::TimeZone zone_;
  std::vector<Line> lines_;
  std::vector<Origin> origins_;  // As the lines.
  int32_t first_month_ = std::numeric_limits<int32_t>::max();
  int32_t last_month_ = kNoMonth;
  // Those of a line stand together; a line that outgrows its room moves to the end.
  std::vector<LineStage> stages_;
  // Few deviations have any.
  std::unordered_map<CaseNumber, std::vector<LineMeasure>, NumberHash> measures_;
  std::unordered_map<CaseNumber, uint32_t, NumberHash> index_;
  Names units_;
  Names systems_;
  Names regimes_;
  Names stage_names_;
};

}  // namespace avvik::metrics
