// What became of cases and who has read them, from what is kept anyway.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/triage/case_store.h"
#include "services/triage/case_timeline.h"

namespace avvik::triage {

struct CaseStoryPage {
  CaseStory story;
  int64_t last = 0;  // Place of the last event in the log.
  bool more = false;
};

struct CaseReader {
  std::string actor;  // Login or client id.
  bool machine = false;
  absl::Time first;
  absl::Time last;
  int64_t reads = 0;
  int64_t refusals = 0;
};

struct CaseReaderPage {
  std::string case_id;
  std::vector<CaseReader> readers;  // Who came last comes first.
  bool more = false;
};

// Where a page of readers ended.
struct ReaderPlace {
  absl::Time last;
  std::string actor;
};

// Thread-safe. All methods: UNAVAILABLE when the database cannot be reached.
class CaseHistoryStore {
 public:
  virtual ~CaseHistoryStore() = default;

  // At most `limit` events of a case behind place `after`. NOT_FOUND when the case does not exist or is not
  // visible.
  virtual absl::StatusOr<CaseStoryPage> Story(const std::string& tenant,
                                              const std::string& reference,
                                              const Visibility& visibility, int64_t after,
                                              int limit) = 0;

  // At most `limit` of those who have read a case behind `after`. NOT_FOUND as above.
  virtual absl::StatusOr<CaseReaderPage> Readers(const std::string& tenant,
                                                 const std::string& reference,
                                                 const Visibility& visibility,
                                                 const std::optional<ReaderPlace>& after,
                                                 int limit) = 0;

  // What was written for the reporters of those of these cases that are closed, by case.
  virtual absl::StatusOr<std::map<std::string, std::string>> OutcomesForReporters(
      const std::string& tenant, const std::vector<std::string>& case_ids) = 0;
};

}  // namespace avvik::triage
