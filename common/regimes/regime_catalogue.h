// The regimes this installation knows and the questions they ask, read from YAML files: those of a
// directory, once at start, or those that somebody wants checked.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "avvik/escalation/v1/regime.pb.h"
#include "common/regimes/question_book.h"
#include "common/regimes/regime.h"

namespace avvik::regimes {

// Most regime files in a directory.
inline constexpr std::size_t kMostRegimes = 200;
// The file with the questions, beside the regimes.
inline constexpr char kQuestionFile[] = "questions.yaml";

// Immutable and thread-safe.
class RegimeCatalogue {
 public:
  // Reads every `*.yaml` of a directory. Errors: NOT_FOUND when the directory cannot be read or
  // holds no such file; otherwise as LoadFiles.
  static absl::StatusOr<RegimeCatalogue> Load(const std::string& directory);

  // Reads these files. One called `questions.yaml` holds the questions; without one among them, that
  // beside the first is read if it is there. INVALID_ARGUMENT whose message has one line per
  // mistake, each naming file, line and field.
  static absl::StatusOr<RegimeCatalogue> LoadFiles(const std::vector<std::string>& files);

  // Checks and takes regimes; `names` says where each came from, for the messages.
  static absl::StatusOr<RegimeCatalogue> Make(const std::vector<v1::Regime>& messages,
                                              const std::vector<std::string>& names,
                                              QuestionBook questions = {});

  // By id.
  const std::vector<Regime>& regimes() const { return regimes_; }
  const std::vector<v1::Regime>& messages() const { return messages_; }

  const QuestionBook& questions() const { return questions_; }

  // Null when there is none of that id.
  const Regime* Find(const std::string& id) const;

 private:
  std::vector<Regime> regimes_;
  std::vector<v1::Regime> messages_;
  QuestionBook questions_;
};

}  // namespace avvik::regimes
