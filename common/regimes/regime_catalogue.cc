#include "common/regimes/regime_catalogue.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <system_error>

#include "common/datafile/datafile.h"
#include "common/regimes/regime_reader.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace avvik::regimes {
namespace {

absl::StatusOr<std::vector<std::string>> FilesIn(const std::string& directory) {
  std::vector<std::string> files;
  std::error_code error;
  auto entry = std::filesystem::directory_iterator(directory, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    if (entry->path().extension() == ".yaml") files.push_back(entry->path().string());
    if (files.size() > kMostRegimes) {
      return absl::InvalidArgumentError(
          fmt::format("{}: holds more than {} regime files", directory, kMostRegimes));
    }
  }
  if (error) {
    return absl::NotFoundError(fmt::format("{}: cannot be read: {}", directory, error.message()));
  }
  if (files.empty()) return absl::NotFoundError(directory + ": holds no *.yaml file");
  std::sort(files.begin(), files.end());
  return files;
}

void AddLine(std::string_view line, std::string& lines) {
  if (!lines.empty()) lines += '\n';
  lines += line;
}

bool IsQuestionFile(const std::string& file) {
  return std::filesystem::path(file).filename() == kQuestionFile;
}

// Empty when there is none.
std::string QuestionFileBeside(const std::string& file) {
  const std::filesystem::path beside = std::filesystem::path(file).parent_path() / kQuestionFile;
  std::error_code error;
  return std::filesystem::exists(beside, error) ? beside.string() : "";
}

absl::StatusOr<QuestionBook> LoadQuestions(const std::string& file) {
  v1::Questions message;
  AVVIK_RETURN_IF_ERROR(
      datafile::Load(file, &message, [&] { return QuestionBook::Make(message).status(); }));
  return QuestionBook::Make(message);
}

}  // namespace

absl::StatusOr<RegimeCatalogue> RegimeCatalogue::Load(const std::string& directory) {
  AVVIK_ASSIGN_OR_RETURN(const std::vector<std::string> files, FilesIn(directory));
  return LoadFiles(files);
}

absl::StatusOr<RegimeCatalogue> RegimeCatalogue::LoadFiles(const std::vector<std::string>& files) {
  std::vector<std::string> names;
  std::string question_file;
  for (const std::string& file : files) {
    if (IsQuestionFile(file)) {
      question_file = file;
    } else {
      names.push_back(file);
    }
  }
  if (question_file.empty() && !names.empty()) question_file = QuestionFileBeside(names.front());
  QuestionBook questions;
  if (!question_file.empty()) {
    AVVIK_ASSIGN_OR_RETURN(questions, LoadQuestions(question_file));
  }
  std::vector<v1::Regime> messages;
  std::string mistakes;
  for (const std::string& file : names) {
    v1::Regime message;
    const absl::Status loaded =
        datafile::Load(file, &message, [&] { return ReadRegime(message, questions).status(); });
    if (!loaded.ok()) AddLine(std::string(loaded.message()), mistakes);
    messages.push_back(std::move(message));
  }
  if (!mistakes.empty()) return absl::InvalidArgumentError(mistakes);
  return Make(messages, names, std::move(questions));
}

absl::StatusOr<RegimeCatalogue> RegimeCatalogue::Make(const std::vector<v1::Regime>& messages,
                                                      const std::vector<std::string>& names,
                                                      QuestionBook questions) {
  std::map<std::string, std::size_t> by_id;
  std::map<std::string, Regime> regimes;
  std::string mistakes;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const std::string& id = messages[i].id();
    absl::StatusOr<Regime> regime = ReadRegime(messages[i], questions);
    if (!regime.ok()) {
      for (const auto& [field, description] : status::ViolationsOf(regime.status())) {
        AddLine(fmt::format("{}: {}: {}", names[i], field, description), mistakes);
      }
      continue;
    }
    const auto [first, added] = by_id.emplace(id, i);
    if (!added) {
      AddLine(fmt::format("{}: id: '{}' is also the id of {}", names[i], id, names[first->second]),
              mistakes);
      continue;
    }
    regimes.emplace(id, *std::move(regime));
  }
  if (!mistakes.empty()) return absl::InvalidArgumentError(mistakes);
  RegimeCatalogue catalogue;
  catalogue.questions_ = std::move(questions);
  for (auto& [id, regime] : regimes) {
    catalogue.messages_.push_back(messages[by_id.at(id)]);
    catalogue.regimes_.push_back(std::move(regime));
  }
  return catalogue;
}

const Regime* RegimeCatalogue::Find(const std::string& id) const {
  for (const Regime& regime : regimes_) {
    if (regime.id == id) return &regime;
  }
  return nullptr;
}

}  // namespace avvik::regimes
