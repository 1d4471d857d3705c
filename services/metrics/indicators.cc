#include "services/metrics/indicators.h"

namespace avvik::metrics {
namespace {

constexpr double kMicrosPerSecond = 1e6;

Reading Count(int64_t count) { return {static_cast<double>(count), count}; }

Reading Seconds(const std::vector<int64_t>& micros, double share) {
  Reading reading;
  reading.observations = static_cast<int64_t>(micros.size());
  if (!micros.empty()) reading.value = Percentile(micros, share) / kMicrosPerSecond;
  return reading;
}

Reading Share(int64_t part, int64_t whole) {
  Reading reading;
  reading.observations = whole;
  if (whole > 0) reading.value = static_cast<double>(part) / static_cast<double>(whole);
  return reading;
}

constexpr Indicator kIndicators[] = {
    {"reports", "count", "Reports that came in, also those taken back since.",
     [](const Tally& t) { return Count(t.reports); }},
    {"cases", "count", "Cases that were opened.", [](const Tally& t) { return Count(t.cases); }},
    {"open_cases", "count", "Cases that are not closed now.",
     [](const Tally& t) { return Count(t.open_cases); }},
    {"overdue_cases", "count",
     "Cases that are not closed now and have at least one overdue stage (see `overdue_stages`).",
     [](const Tally& t) { return Count(t.overdue_cases); }},
    {"closed_cases", "count", "Cases that are closed now.",
     [](const Tally& t) { return Count(t.cases - t.open_cases); }},
    {"reopened_cases", "count",
     "Cases that were opened again at least once, whether they are open or closed now.",
     [](const Tally& t) { return Count(t.reopened_cases); }},
    {"time_to_acknowledge_median", "seconds",
     "Median of the time from the opening of a case until its owner took it on, over the cases that "
     "somebody has taken on.",
     [](const Tally& t) { return Seconds(t.to_acknowledge, 0.5); }},
    {"time_to_acknowledge_p90", "seconds",
     "90th percentile of the time from the opening of a case until its owner took it on, over the cases "
     "that somebody has taken on.",
     [](const Tally& t) { return Seconds(t.to_acknowledge, 0.9); }},
    {"time_to_close_median", "seconds",
     "Median of the time from the opening of a case until it was closed, the last time if it was reopened, "
     "over the cases that are closed now.",
     [](const Tally& t) { return Seconds(t.to_close, 0.5); }},
    {"time_to_close_p90", "seconds",
     "90th percentile of the time from the opening of a case until it was closed, the last time if it was "
     "reopened, over the cases that are closed now.",
     [](const Tally& t) { return Seconds(t.to_close, 0.9); }},
    {"duties", "count",
     "Statutory duties to tell an authority that are not ruled out: required, fulfilled, or still to be "
     "assessed. Those to be assessed count because they must be treated as required until somebody knows.",
     [](const Tally& t) { return Count(t.duties); }},
    {"overdue_stages", "count",
     "Stages for which the law names a time, of duties that are not ruled out, that are still to be done "
     "and whose strict target has passed. The moment decides, not an event: a stage is overdue as soon as "
     "its target is past.",
     [](const Tally& t) { return Count(t.overdue_stages); }},
    {"stages_due", "count",
     "Stages for which the law names a time, of duties that are not ruled out, that were told, in time or "
     "late, or are overdue.",
     [](const Tally& t) { return Count(t.stages_due); }},
    {"stages_met_share", "share", "Of the stages due (see `stages_due`), the share that were told in time.",
     [](const Tally& t) { return Share(t.stages_met, t.stages_due); }},
    {"notices_sent", "count", "Notices that the mail server has taken.",
     [](const Tally& t) { return Count(t.notices_sent); }},
    {"notices_waiting", "count", "Notices that wait for their time or are being handed over.",
     [](const Tally& t) { return Count(t.notices_waiting); }},
    {"notices_failed", "count", "Notices that were given up.",
     [](const Tally& t) { return Count(t.notices_failed); }},
    {"open_measures", "count", "Measures that were decided and are to be done.",
     [](const Tally& t) { return Count(t.open_measures); }},
    {"overdue_measures", "count", "Measures that are to be done and whose due time is over.",
     [](const Tally& t) { return Count(t.overdue_measures); }},
    {"done_measures", "count", "Measures that are done.",
     [](const Tally& t) { return Count(t.done_measures); }},
};

}  // namespace

std::span<const Indicator> Indicators() { return kIndicators; }

}  // namespace avvik::metrics
