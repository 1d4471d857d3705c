// For tests: some years of a made-up municipality as events, and beside them the bare facts in tables of their
// own, written without any of the code that is tested.
#pragma once

#include <map>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "avvik/escalation/v1/escalation_events.pb.h"
#include "avvik/triage/v1/triage_events.pb.h"
#include "common/events/event_log.h"
#include "google/protobuf/message.h"
#include "tests/support/pg_fixture.h"

namespace avvik::metrics {

// A service's log in memory. Thread-safe.
class MemoryLog final : public events::EventLogReader {
 public:
  absl::StatusOr<events::LogPage> Read(int64_t position, int limit) override;
  void Append(const events::v1::Event& event);
  int64_t head() const;
  // Until this is OK again, reading answers this.
  void SetAway(absl::Status away);

 private:
  mutable std::mutex mutex_;
  std::vector<events::v1::StoredEvent> events_;
  absl::Status away_;
};

class GeneratedTown {
 public:
  static constexpr char kTenant[] = "by";

  // What happens is before `now`, targets may be after it. The same seed gives the same town.
  GeneratedTown(absl::Time now, unsigned seed) : now_(now), random_(seed) {}

  // Lets `count` more deviations happen, each with all its events.
  void AddDeviations(int count);
  // Lets something more happen to deviations chosen by chance.
  void Shake(int count);

  // By source: intake, triage, escalation, delivery.
  std::map<std::string, MemoryLog>& logs() { return logs_; }

  // Writes the facts as they are now to the schema `truth`, in place of what was there.
  void WriteTruth(avvik::testing::TestDatabase& database) const;

 private:
  struct Duty {
    std::string id;
    std::string regime;
    escalation::v1::DutyState state;
    std::vector<escalation::v1::StageFacts> stages;
    int64_t version = 0;
  };
  struct Notice {
    std::string id;
    int state = 0;
    int64_t version = 0;
  };
  struct Deviation {
    std::string number;
    std::string report_id;
    bool reported = false;
    std::string report_unit;
    std::string report_system;
    absl::Time reported_time;
    bool has_case = false;
    triage::v1::CaseFacts facts;
    int64_t case_version = 0;
    std::vector<Duty> duties;
    std::vector<Notice> notices;
  };

  int Pick(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }
  bool Chance(int percent) { return Pick(100) < percent; }
  std::string NewId();
  absl::Duration UpTo(absl::Duration longest);
  void Tell(const std::string& source, const std::string& subject, int64_t version,
            const google::protobuf::Message& data);
  template <typename Event>
  void TellCase(Deviation& deviation);
  void Classify(triage::v1::CaseFacts& facts);
  void MoveCase(Deviation& deviation);
  void ChangeDuty(Deviation& deviation, Duty& duty);
  void ChangeNotice(Deviation& deviation, Notice& notice);

  const absl::Time now_;
  std::mt19937 random_;
  unsigned ids_ = 0;
  std::vector<Deviation> deviations_;
  std::map<std::string, MemoryLog> logs_;
};

}  // namespace avvik::metrics
