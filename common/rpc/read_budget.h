// How many records a person may read: far above anybody's work, so that whoever copies everything
// is stopped.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>

#include "absl/time/time.h"
#include "google/protobuf/message.h"

namespace avvik::rpc {

// What an answer shows: the entries of a list, which is what holds messages and is called a
// Response; one of everything else, and of a list without any.
int64_t RecordsIn(const google::protobuf::Message& answer);

// A bucket of an hour's records for each person, filled evenly. Kept in memory: each service counts
// by itself, and anew when it starts. Thread-safe.
class ReadBudget {
 public:
  // Zero for no limit.
  explicit ReadBudget(int per_hour) : most_(per_hour) {}

  // Whether the person may read something now. What a call gives is known only afterwards: the last
  // one may go beyond.
  bool Allows(const std::string& person, absl::Time now);

  // Counts what was read.
  void Take(const std::string& person, int64_t records, absl::Time now);

 private:
  static constexpr size_t kMaxKept =
      100'000;  // Then those whose bucket is full again are forgotten.

  struct Bucket {
    double left;
    absl::Time filled;
  };

  Bucket& Filled(const std::string& person, absl::Time now);

  const double most_;
  std::mutex mutex_;
  std::unordered_map<std::string, Bucket> buckets_;
};

}  // namespace avvik::rpc
