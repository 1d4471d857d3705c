#include "services/delivery/templates.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string_view>
#include <vector>

#include "common/validate/text.h"

namespace avvik::delivery {
namespace {

constexpr std::string_view kSubject = "Subject: ";
constexpr size_t kMaxFileBytes = 64 * 1024;
constexpr size_t kMaxFiles = 1000;

// Values by placeholder.
using Values = std::map<std::string, std::string, std::less<>>;

size_t LineAt(std::string_view text, size_t position) {
  return 1 + static_cast<size_t>(
                 std::count(text.begin(), text.begin() + static_cast<long>(position), '\n'));
}

// Collects what is wrong in a set of files.
class Checker {
 public:
  Checker(const TemplateSet::Files& files, std::string folder)
      : files_(files), folder_(std::move(folder)) {}

  void Wrong(const std::string& file, size_t line, const std::string& reason) {
    mistakes_ += folder_ + "/" + file + ":" + std::to_string(line) + ": " + reason + "\n";
  }

  // The text of a file that must be there; empty when it is not usable.
  std::string Take(const std::string& file) {
    taken_.insert(file);
    const auto found = files_.find(file);
    if (found == files_.end()) {
      Wrong(file, 1, "this file is missing");
      return "";
    }
    const std::string& text = found->second;
    if (text.size() > kMaxFileBytes) {
      Wrong(file, 1, "is larger than 64 KiB");
      return "";
    }
    const validate::TextFacts facts = validate::Inspect(text);
    if (!facts.valid_utf8 || facts.controls) {
      Wrong(file, 1, "holds something that is not text in UTF-8");
      return "";
    }
    return text;
  }

  // Whether every placeholder of `text` is in `known` and every one of `needed` is there.
  void CheckPlaceholders(const std::string& file, const std::string& text,
                         const std::set<std::string>& known, const std::set<std::string>& needed) {
    if (text.empty()) return;
    std::set<std::string> seen;
    for (size_t at = text.find("{{"); at != std::string::npos; at = text.find("{{", at + 2)) {
      const size_t end = text.find("}}", at);
      const std::string name = text.substr(at + 2, end == std::string::npos ? 20 : end - at - 2);
      if (end == std::string::npos || !known.contains(name)) {
        Wrong(file, LineAt(text, at), "unknown placeholder `{{" + name.substr(0, 40) + "`");
      }
      seen.insert(name);
    }
    for (const std::string& name : needed) {
      if (!seen.contains(name))
        Wrong(file, LineAt(text, text.size() - 1), "`{{" + name + "}}` is missing");
    }
  }

  absl::Status Finish() {
    for (const auto& [file, text] : files_) {
      if (!taken_.contains(file)) Wrong(file, 1, "there is no such template");
    }
    if (mistakes_.empty()) return absl::OkStatus();
    mistakes_.pop_back();
    return absl::InvalidArgumentError(mistakes_);
  }

 private:
  const TemplateSet::Files& files_;
  const std::string folder_;
  std::set<std::string> taken_;
  std::string mistakes_;
};

std::string EscapeHtml(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped.push_back(c);
    }
  }
  return escaped;
}

// Fills the placeholders in one pass: what is filled in is never looked at again.
std::string Fill(std::string_view text, const Values& values) {
  std::string filled;
  size_t position = 0;
  for (size_t at; (at = text.find("{{", position)) != std::string_view::npos;) {
    const size_t end = text.find("}}", at);
    if (end == std::string_view::npos) break;
    filled += text.substr(position, at - position);
    if (const auto value = values.find(text.substr(at + 2, end - at - 2)); value != values.end()) {
      filled += value->second;
    }
    position = end + 2;
  }
  filled += text.substr(position);
  return filled;
}

}  // namespace

absl::StatusOr<TemplateSet> TemplateSet::Load(const std::string& folder) {
  namespace fs = std::filesystem;
  std::error_code error;
  Files files;
  for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (!entry->is_regular_file(error)) continue;
    if (files.size() == kMaxFiles) return absl::InvalidArgumentError(folder + ": too many files");
    std::ifstream in(entry->path(), std::ios::binary);
    std::string text(std::istreambuf_iterator<char>(in), {});
    if (in.bad()) return absl::InvalidArgumentError(entry->path().string() + ": cannot be read");
    files.emplace(fs::relative(entry->path(), folder).string(), std::move(text));
  }
  if (error) {
    return absl::InvalidArgumentError("templates: " + folder + ": " + error.message());
  }
  return Make(files, folder);
}

absl::StatusOr<TemplateSet> TemplateSet::Make(const Files& files, const std::string& folder) {
  Checker checker(files, folder);
  TemplateSet set;
  for (const std::string_view name : kLanguages) {
    const std::string prefix = std::string(name) + "/";
    Language& language = set.languages_[std::string(name)];
    language.text_layout = checker.Take(prefix + "layout.txt");
    checker.CheckPlaceholders(prefix + "layout.txt", language.text_layout,
                              {"content", "organisation"}, {"content"});
    language.html_layout = checker.Take(prefix + "layout.html");
    checker.CheckPlaceholders(prefix + "layout.html", language.html_layout,
                              {"content", "organisation", "subject", "language"}, {"content"});
    for (const TemplateId id : kTemplates) {
      const std::set<std::string> known = {"number", "link", "organisation"};
      const std::set<std::string> needed = {"number", "link"};
      const std::string text_file = prefix + std::string(TemplateName(id)) + ".txt";
      const std::string html_file = prefix + std::string(TemplateName(id)) + ".html";
      RenderedNotice& words = language.templates[id];
      words.html = checker.Take(html_file);
      checker.CheckPlaceholders(html_file, words.html, known, needed);
      const std::string text = checker.Take(text_file);
      checker.CheckPlaceholders(text_file, text, known, needed);
      const size_t end = text.find("\n\n");
      if (text.empty()) continue;
      if (!text.starts_with(kSubject) || text.find('\n') != end || end <= kSubject.size()) {
        checker.Wrong(text_file, 1, "must begin with `Subject: …` and an empty line");
        continue;
      }
      words.subject = text.substr(kSubject.size(), end - kSubject.size());
      words.text = text.substr(end + 2);
    }
  }
  if (const absl::Status status = checker.Finish(); !status.ok()) return status;
  return set;
}

RenderedNotice TemplateSet::Render(TemplateId id, const std::string& language,
                                   const TemplateValues& values) const {
  const auto found = languages_.find(language);
  const Language& words =
      found != languages_.end() ? found->second : languages_.at(std::string(kLanguages[0]));
  const auto& parts = words.templates.at(id);
  const Values plain = {
      {"number", values.number}, {"link", values.link}, {"organisation", values.organisation}};
  Values escaped;
  for (const auto& [name, value] : plain) escaped[name] = EscapeHtml(value);

  RenderedNotice rendered;
  rendered.subject = Fill(parts.subject, plain);
  Values in_layout = plain;
  in_layout["content"] = Fill(parts.text, plain);
  rendered.text = Fill(words.text_layout, in_layout);
  in_layout = escaped;
  in_layout["content"] = Fill(parts.html, escaped);
  in_layout["subject"] = EscapeHtml(rendered.subject);
  in_layout["language"] =
      EscapeHtml(found != languages_.end() ? language : std::string(kLanguages[0]));
  rendered.html = Fill(words.html_layout, in_layout);
  return rendered;
}

}  // namespace avvik::delivery
