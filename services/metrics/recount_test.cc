// Every indicator, split and narrowed in every way, against a count in plain SQL over facts that were written
// beside the events. The figures themselves come the whole way: events, consumer, tables, ledger.
#include <fmt/format.h>

#include <cmath>

#include "common/organisation/example_organisation.h"
#include "common/rpc/time.h"
#include "services/metrics/figure_set_test_support.h"
#include "services/metrics/painter.h"
#include "services/metrics/situation.h"

namespace avvik::metrics {
namespace {

// A deviation with its place: that of its case, otherwise that of its report.
constexpr char kPlaced[] = R"sql(
    CREATE TABLE truth.placed AS
    SELECT number, report.number IS NOT NULL AS reported, incident.number IS NOT NULL AS opened_case,
           coalesce(incident.unit, report.unit, '')     AS unit,
           coalesce(incident.system, report.system, '') AS system,
           coalesce(incident.kind, 'KIND_UNSPECIFIED')  AS kind,
           to_char(coalesce(incident.reported, report.reported) AT TIME ZONE 'Europe/Stockholm',
                   'YYYY-MM')                           AS month,
           state, severity, opened, acknowledged, closed, reopened
      FROM (SELECT number FROM truth.report UNION SELECT number FROM truth.incident
            UNION SELECT number FROM truth.duty UNION SELECT number FROM truth.notice) AS every
      LEFT JOIN truth.report USING (number)
      LEFT JOIN truth.incident USING (number);
    CREATE INDEX ON truth.placed (number);
    CREATE INDEX ON truth.hit (number);
    CREATE INDEX ON truth.duty (number);
    CREATE INDEX ON truth.stage (duty_id);
    ANALYZE)sql";

// How each indicator is counted: what it is counted over, and the aggregate.
struct Count {
  const char* id;
  const char* from;
  const char* value;
  const char* observations;
};
constexpr char kCases[] = "placed WHERE opened_case";
constexpr char kClosed[] = "placed WHERE state = 'CASE_STATE_CLOSED'";
constexpr char kTaken[] = "placed WHERE acknowledged IS NOT NULL";
constexpr char kOverdue[] =
    "placed JOIN truth.duty USING (number) JOIN truth.stage AS s USING (duty_id)"
    " WHERE duty.state <> 'DUTY_STATE_RULED_OUT' AND s.statutory AND s.target < $now"
    " AND s.state IN ('STAGE_STATE_WAITING', 'STAGE_STATE_RUNNING', 'STAGE_STATE_DUE_SOON',"
    " 'STAGE_STATE_OVERDUE')";
constexpr char kDue[] =
    "placed JOIN truth.duty USING (number) JOIN truth.stage AS s USING (duty_id)"
    " WHERE duty.state <> 'DUTY_STATE_RULED_OUT' AND s.statutory"
    " AND (s.state IN ('STAGE_STATE_SUBMITTED', 'STAGE_STATE_SUBMITTED_LATE') OR"
    "      s.target < $now AND s.state <> 'STAGE_STATE_NOT_APPLICABLE')";
constexpr char kOverdueCases[] =
    "placed WHERE opened_case AND state <> 'CASE_STATE_CLOSED' AND EXISTS ("
    " SELECT FROM truth.duty JOIN truth.stage AS s USING (duty_id)"
    "  WHERE duty.number = placed.number AND duty.state <> 'DUTY_STATE_RULED_OUT' AND s.statutory"
    "    AND s.target < $now AND s.state NOT IN ('STAGE_STATE_SUBMITTED',"
    "        'STAGE_STATE_SUBMITTED_LATE', 'STAGE_STATE_NOT_APPLICABLE'))";
constexpr char kToAcknowledge[] = "extract(epoch FROM acknowledged - opened)::float8";
constexpr char kToClose[] = "extract(epoch FROM closed - opened)::float8";

std::vector<Count> Counts() {
  static const std::string median_acknowledge =
      fmt::format("percentile_cont(0.5) WITHIN GROUP (ORDER BY {})", kToAcknowledge);
  static const std::string p90_acknowledge =
      fmt::format("percentile_cont(0.9) WITHIN GROUP (ORDER BY {})", kToAcknowledge);
  static const std::string median_close =
      fmt::format("percentile_cont(0.5) WITHIN GROUP (ORDER BY {})", kToClose);
  static const std::string p90_close =
      fmt::format("percentile_cont(0.9) WITHIN GROUP (ORDER BY {})", kToClose);
  static constexpr char kAll[] = "count(*)";
  return {
      {"reports", "placed WHERE reported", kAll, kAll},
      {"cases", kCases, kAll, kAll},
      {"open_cases", "placed WHERE opened_case AND state <> 'CASE_STATE_CLOSED'", kAll, kAll},
      {"overdue_cases", kOverdueCases, kAll, kAll},
      {"closed_cases", kClosed, kAll, kAll},
      {"reopened_cases", "placed WHERE reopened", kAll, kAll},
      {"time_to_acknowledge_median", kTaken, median_acknowledge.c_str(), kAll},
      {"time_to_acknowledge_p90", kTaken, p90_acknowledge.c_str(), kAll},
      {"time_to_close_median", kClosed, median_close.c_str(), kAll},
      {"time_to_close_p90", kClosed, p90_close.c_str(), kAll},
      {"duties", "placed JOIN truth.duty USING (number) WHERE duty.state <> 'DUTY_STATE_RULED_OUT'",
       kAll, kAll},
      {"overdue_stages", kOverdue, kAll, kAll},
      {"stages_due", kDue, kAll, kAll},
      {"stages_met_share", kDue,
       "count(*) FILTER (WHERE s.state = 'STAGE_STATE_SUBMITTED')::float8 / count(*)", kAll},
      {"notices_sent",
       "placed JOIN truth.notice AS n USING (number) WHERE n.state = 'NOTICE_STATE_SENT'", kAll, kAll},
      {"notices_waiting",
       "placed JOIN truth.notice AS n USING (number) WHERE n.state IN ('NOTICE_STATE_WAITING',"
       " 'NOTICE_STATE_SENDING')",
       kAll, kAll},
      {"notices_failed",
       "placed JOIN truth.notice AS n USING (number) WHERE n.state = 'NOTICE_STATE_FAILED'", kAll,
       kAll},
      // The town decides on none.
      {"open_measures", "placed WHERE false", kAll, kAll},
      {"overdue_measures", "placed WHERE false", kAll, kAll},
      {"done_measures", "placed WHERE false", kAll, kAll},
  };
}

// A view, and the same as a condition in SQL.
struct Narrowing {
  std::string name;
  v1::FigureFilter filter;
  std::string condition = "true";
};

std::vector<Narrowing> Narrowings() {
  std::vector<Narrowing> all = {{"nothing", {}}};
  const std::string social = "unit IN ('social', 'omsorg', 'hemtjanst')";
  const std::string hit = "EXISTS (SELECT FROM truth.hit WHERE hit.number = placed.number"
                          " AND property = 'SECURITY_PROPERTY_AVAILABILITY')";
  auto add = [&all](const std::string& name, const std::string& condition) -> v1::FigureFilter& {
    return all.emplace_back(Narrowing{name, {}, condition}).filter;
  };
  add("unit", social).set_unit("social");
  add("unit that is gone", "unit = 'gammalt'").set_unit("gammalt");
  add("unit nobody knows", "false").set_unit("nowhere");
  add("system", "system = 'skola'").set_system("skola");
  add("kind", "kind = 'KIND_NEAR_MISS'").set_kind(type::v1::KIND_NEAR_MISS);
  add("property", hit).set_property(type::v1::SECURITY_PROPERTY_AVAILABILITY);
  add("from month", "month >= '2026-02'").set_from_month("2026-02");
  add("to month", "month <= '2025-12'").set_to_month("2025-12");
  v1::FigureFilter& several =
      add("several", social + " AND system = 'journal' AND kind = 'KIND_INCIDENT' AND " + hit +
                         " AND month BETWEEN '2025-06' AND '2026-06'");
  several.set_unit("social");
  several.set_system("journal");
  several.set_kind(type::v1::KIND_INCIDENT);
  several.set_property(type::v1::SECURITY_PROPERTY_AVAILABILITY);
  several.set_from_month("2025-06");
  several.set_to_month("2026-06");
  return all;
}

struct Split {
  v1::Breakdown breakdown;
  const char* group;  // In SQL, over placed and `hits`.
};
constexpr Split kSplits[] = {
    {v1::BREAKDOWN_UNSPECIFIED, "''"},
    {v1::BREAKDOWN_UNIT, "coalesce(nullif(unit, ''), '-')"},
    {v1::BREAKDOWN_SYSTEM, "coalesce(nullif(system, ''), '-')"},
    {v1::BREAKDOWN_KIND, "coalesce(nullif(kind, 'KIND_UNSPECIFIED'), '-')"},
    {v1::BREAKDOWN_MONTH, "coalesce(month, '-')"},
    {v1::BREAKDOWN_PROPERTY, "coalesce(hits.property, '-')"},
};

struct Value {
  std::optional<double> value;
  int64_t observations = 0;
};
using Values = std::map<std::string, Value>;  // By group.

class RecountTest : public FigureSetTest {
 protected:
  void WriteTruth() {
    town_.WriteTruth(database_);
    database_.Run(kPlaced);
  }

  pg::Rows Query(const std::string& sql) {
    const pg::Statement statement{"test_recount", sql.c_str()};
    auto connection = pg::Connection::Open(database_.admin());
    EXPECT_OK(connection);
    auto rows = (*connection)->Execute(statement);
    EXPECT_OK(rows) << sql;
    return *rows;
  }

  // One indicator by group, in SQL.
  static std::string RecountSql(const Count& count, const Narrowing& narrowing,
                                const Split& split) {
    std::string from = count.from;
    for (size_t at; (at = from.find("$now")) != std::string::npos;) {
      from.replace(at, 4, absl::FormatTime("'%Y-%m-%d %H:%M:%E6S+00'", kNow, absl::UTCTimeZone()));
    }
    const size_t where = from.find(" WHERE ");
    // Splitting by property doubles what hits two.
    const std::string hits = split.breakdown == v1::BREAKDOWN_PROPERTY
                                 ? " LEFT JOIN truth.hit AS hits ON hits.number = placed.number"
                                 : "";
    return fmt::format(
        "SELECT '{}' AS id, {} AS grp, {} AS value, {} AS observations FROM truth.{}{}"
        " WHERE ({}) AND {} GROUP BY 2",
        count.id, split.group, count.value, count.observations, from.substr(0, where), hits,
        from.substr(where + 7), narrowing.condition);
  }

  // Every indicator by group, by id.
  std::map<std::string, Values> Recount(const Narrowing& narrowing, const Split& split) {
    std::string sql;
    for (const Count& count : Counts()) {
      if (!sql.empty()) sql += "\nUNION ALL\n";
      sql += RecountSql(count, narrowing, split);
    }
    std::map<std::string, Values> recounted;
    for (const pg::Row row : Query(sql)) {
      recounted[row.Text("id")][row.Text("grp")] = {row.OptionalDouble("value"),
                                                    row.Int("observations")};
    }
    return recounted;
  }

  // All groups that the narrowing leaves something in.
  std::vector<std::string> GroupsLeft(const Narrowing& narrowing, const Split& split) {
    if (split.breakdown == v1::BREAKDOWN_UNSPECIFIED) return {""};
    std::vector<std::string> groups;
    for (const pg::Row row : Query(fmt::format(
             "SELECT DISTINCT {} AS grp FROM truth.placed LEFT JOIN truth.hit AS hits USING (number)"
             " WHERE {}",
             split.group, narrowing.condition))) {
      groups.push_back(row.Text("grp"));
    }
    return groups;
  }

  v1::ListIndicatorsResponse Indicators(const Narrowing& narrowing, v1::Breakdown breakdown) {
    const auto view = MakeView(narrowing.filter, everything_, everything_, *organisation_);
    EXPECT_OK(view);
    auto response = painter_.Indicators(*view, breakdown, absl::Now() + absl::Seconds(10));
    EXPECT_OK(response);
    return *response;
  }

  // Compares every indicator in every way; answers how many values were compared.
  int CompareEverything() {
    int compared = 0;
    for (const Narrowing& narrowing : Narrowings()) {
      for (const Split& split : kSplits) {
        std::map<std::string, Values> figures;
        const v1::ListIndicatorsResponse response = Indicators(narrowing, split.breakdown);
        for (const v1::Indicator& indicator : response.indicators()) {
          Value& value = figures[indicator.id()][indicator.group()];
          if (indicator.has_value()) value.value = indicator.value();
          value.observations = indicator.observations();
        }
        std::map<std::string, Values> recounted = Recount(narrowing, split);
        const std::vector<std::string> groups = GroupsLeft(narrowing, split);
        for (const Count& count : Counts()) {
          const std::string where = fmt::format("{}, narrowed by {}, split {}", count.id,
                                                narrowing.name, v1::Breakdown_Name(split.breakdown));
          Values& expected = recounted[count.id];
          for (const std::string& group : groups) {
            Value& value = expected[group];
            const bool counts = std::string(count.value) == "count(*)";
            if (counts && !value.value.has_value()) value.value = 0;
          }
          const Values& actual = figures[count.id];
          EXPECT_EQ(actual.size(), expected.size()) << where;
          for (const auto& [group, value] : expected) {
            ++compared;
            const auto found = actual.find(group);
            if (found == actual.end()) {
              ADD_FAILURE() << where << ": no group " << group;
              continue;
            }
            EXPECT_EQ(found->second.observations, value.observations) << where << ": " << group;
            EXPECT_EQ(found->second.value.has_value(), value.value.has_value())
                << where << ": " << group;
            if (!found->second.value.has_value() || !value.value.has_value()) continue;
            EXPECT_NEAR(*found->second.value, *value.value, 1e-9 * (1 + std::abs(*value.value)))
                << where << ": " << group;
          }
        }
      }
    }
    return compared;
  }

  v1::Situation Situation() {
    const auto view = MakeView({}, everything_, everything_, *organisation_);
    auto situation = painter_.Situation(*view, absl::Now() + absl::Seconds(10));
    EXPECT_OK(situation);
    return *situation;
  }
  // `text` columns of a query, joined.
  std::vector<std::string> Texts(const std::string& sql) {
    std::vector<std::string> texts;
    for (const pg::Row row : Query(sql)) texts.push_back(row.Text("text"));
    return texts;
  }
  static std::vector<std::string> Texts(
      const google::protobuf::RepeatedPtrField<v1::GroupCount>& counts) {
    std::vector<std::string> texts;
    for (const auto& c : counts) {
      texts.push_back(fmt::format("{} {} {}", c.group(), c.count(), c.open_count()));
    }
    return texts;
  }

  const organisation::Grant everything_ = {
      .held = true,
      .spheres = {{type::v1::SPHERE_OPEN, {.everything = true, .units = {}}},
                  {type::v1::SPHERE_PERSONAL_DATA, {.everything = true, .units = {}}}}};
  const std::shared_ptr<const organisation::Organisation> organisation_ =
      organisation::MakeOrganisation(organisation::ExampleOrganisation());
  Ledgers ledgers_{store_, clock_};
  telemetry::Registry telemetry_;
  Painter painter_{ledgers_, telemetry_};
};

// Cases and open cases by a group.
constexpr char kGroupCounts[] = R"sql(
    SELECT {0} || ' ' || count(*) || ' ' || count(*) FILTER (WHERE state <> 'CASE_STATE_CLOSED') AS text
      FROM truth.placed
     WHERE opened_case
     GROUP BY {0}
     ORDER BY {1})sql";

TEST_F(RecountTest, EveryIndicatorAgreesInEveryNarrowingAndSplit) {
  town_.AddDeviations(2'000);
  HearAll();
  WriteTruth();
  const int compared = CompareEverything();
  EXPECT_GT(compared, 5'000);
  RecordProperty("compared", compared);
}

TEST_F(RecountTest, FiguresReadWhileEventsCameInAgreeAsWell) {
  town_.AddDeviations(300);
  // The ledger is brought up to date in many small steps, and cases change under it.
  while (HearRound()) (void)Situation();
  for (int i = 0; i < 5; ++i) {
    town_.Shake(200);
    town_.AddDeviations(20);
    while (HearRound()) (void)Situation();
  }
  WriteTruth();
  CompareEverything();
}

TEST_F(RecountTest, SituationAgrees) {
  using ::testing::ElementsAreArray;
  using ::testing::UnorderedElementsAreArray;
  town_.AddDeviations(2'000);
  HearAll();
  WriteTruth();
  const v1::Situation situation = Situation();
  EXPECT_THAT(Texts(situation.by_unit()),
              ElementsAreArray(Texts(fmt::format(
                  kGroupCounts, "coalesce(nullif(unit, ''), '-')",
                  "count(*) DESC, min(coalesce(nullif(unit, ''), '~')) COLLATE \"C\""))));
  EXPECT_THAT(Texts(situation.by_system()),
              UnorderedElementsAreArray(
                  Texts(fmt::format(kGroupCounts, "coalesce(nullif(system, ''), '-')", "1"))));
  EXPECT_THAT(Texts(situation.by_kind()),
              UnorderedElementsAreArray(
                  Texts(fmt::format(kGroupCounts, "coalesce(nullif(kind, 'KIND_UNSPECIFIED'), '-')", "1"))));
  EXPECT_THAT(Texts(situation.by_severity()),
              UnorderedElementsAreArray(Texts(fmt::format(
                  kGroupCounts, "coalesce(nullif(severity, 'SEVERITY_UNSPECIFIED'), '-')", "1"))));
  EXPECT_THAT(Texts(situation.by_month()),
              ElementsAreArray(Texts(fmt::format(kGroupCounts, "month", "month"))));

  std::vector<std::string> cells;
  for (const v1::HeatCell& cell : situation.heat_map()) {
    cells.push_back(fmt::format("{} {} {} {}", cell.unit(),
                                type::v1::SecurityProperty_Name(cell.property()), cell.count(),
                                cell.highest_level()));
  }
  EXPECT_THAT(cells, UnorderedElementsAreArray(Texts(R"sql(
      SELECT concat_ws(' ', coalesce(nullif(unit, ''), '-'), property, count(*), max(level)) AS text
        FROM truth.placed JOIN truth.hit USING (number) GROUP BY unit, property)sql")));

  EXPECT_THAT(Texts(situation.open_by_age()), ElementsAreArray(Texts(fmt::format(R"sql(
      SELECT age || ' ' || count(number) || ' ' || count(number) AS text
        FROM (VALUES ('0-1', 0, 2), ('2-7', 2, 8), ('8-30', 8, 31), ('31-90', 31, 91),
                     ('91-', 91, 99999)) AS ages (age, least, below)
        LEFT JOIN truth.placed ON opened_case AND state <> 'CASE_STATE_CLOSED'
         AND extract(epoch FROM timestamptz '{0}' - opened) / 86400 >= least
         AND extract(epoch FROM timestamptz '{0}' - opened) / 86400 < below
       GROUP BY age, least ORDER BY least)sql", absl::FormatTime(kNow)))));

  std::vector<std::string> clocks;
  for (const v1::RunningClock& clock : situation.clocks()) {
    clocks.push_back(fmt::format(
        "{} {} {} {} {} {}", clock.number(), clock.duty_id(), clock.regime(), clock.stage(),
        absl::FormatTime("%Y-%m-%d %H:%M:%E6S", rpc::FromProtoTime(clock.target_time()),
                         absl::UTCTimeZone()),
        clock.overdue()));
  }
  EXPECT_EQ(clocks.size(), 50u);
  EXPECT_THAT(clocks, ElementsAreArray(Texts(fmt::format(R"sql(
      SELECT concat_ws(' ', number, duty_id, regime, stage,
                       to_char(target AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'),
                       (target < timestamptz '{}')::text) AS text
        FROM truth.duty JOIN truth.stage AS s USING (duty_id)
       WHERE duty.state <> 'DUTY_STATE_RULED_OUT' AND statutory AND target IS NOT NULL
         AND s.state IN ('STAGE_STATE_WAITING', 'STAGE_STATE_RUNNING', 'STAGE_STATE_DUE_SOON',
                         'STAGE_STATE_OVERDUE')
       ORDER BY target LIMIT 50)sql", absl::FormatTime(kNow)))));
}

}  // namespace
}  // namespace avvik::metrics
