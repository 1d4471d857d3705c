// The questions that the rules ask, after reading and checking their data. Pure values.
#pragma once

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "avvik/escalation/v1/regime.pb.h"

namespace avvik::regimes {

namespace v1 = ::avvik::escalation::v1;

// Immutable and thread-safe.
class QuestionBook {
 public:
  // A book without questions.
  QuestionBook() = default;

  // Checks that ids are unique, that every text is there in every language, and that options stand
  // where one is chosen and only there. INVALID_ARGUMENT with every violation, its field as in
  // `questions[1].options[0].id`.
  static absl::StatusOr<QuestionBook> Make(const v1::Questions& message);

  // In the order they are asked.
  const v1::Questions& message() const { return message_; }
  // Null when there is none of that id.
  const v1::Question* Find(const std::string& id) const;
  // Where the question stands in the order; the number of questions when there is none.
  std::size_t PlaceOf(const std::string& id) const;

 private:
  v1::Questions message_;
  std::map<std::string, int> places_;
};

// Whether a question may be answered with this option.
bool HasOption(const v1::Question& question, const std::string& option);

}  // namespace avvik::regimes
