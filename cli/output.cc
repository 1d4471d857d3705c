#include "cli/output.h"

#include <unistd.h>

#include <nlohmann/json.hpp>

#include "common/status/error.h"

namespace avvik::cli {
namespace {

constexpr char kClearLine[] = "\r\x1b[K";

void Write(std::FILE* file, const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), file);
}

// Messages may have lines of their own; each is made harmless.
std::string HarmlessLines(const std::string& text) {
  std::string out;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    out += (begin == 0 ? "" : "\n") + Harmless(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}

}  // namespace

Output::Output(std::FILE* out, std::FILE* err, bool colours)
    : out_(out),
      err_(err),
      out_is_terminal_(isatty(fileno(out)) == 1),
      err_is_terminal_(isatty(fileno(err)) == 1),
      colours_(colours) {}

void Output::Text(const std::string& text) {
  std::lock_guard lock(mutex_);
  ClearProgress();
  Write(out_, text);
}

void Output::Json(const nlohmann::ordered_json& json) {
  // What a server says may be no UTF-8; the answer must be JSON all the same.
  Line(json.dump(out_is_terminal_ ? 2 : -1, ' ', false,
                 nlohmann::ordered_json::error_handler_t::replace));
}

void Output::Print(const Table& table) { Text(table.Render(colours_ && out_is_terminal_)); }

void Output::Note(const std::string& text) {
  std::lock_guard lock(mutex_);
  ClearProgress();
  Write(err_, HarmlessLines(text) + "\n");
}

void Output::Progress(const std::string& text) {
  if (!err_is_terminal_) return;
  std::lock_guard lock(mutex_);
  if (text.empty()) {
    ClearProgress();
  } else {
    Write(err_, kClearLine + Harmless(text));
    progress_shown_ = true;
  }
  std::fflush(err_);
}

void Output::ClearProgress() {
  if (!progress_shown_) return;
  Write(err_, kClearLine);
  std::fflush(err_);
  progress_shown_ = false;
}

std::string Output::Red(const std::string& text) const {
  return colours_ && err_is_terminal_ ? "\x1b[31m" + text + "\x1b[0m" : text;
}

ExitCode Output::Fail(const absl::Status& status) { return Fail(status, ExitCodeOf(status)); }

ExitCode Output::Fail(const absl::Status& status, ExitCode code) {
  const std::string message(status.message());
  const auto violations = status::ViolationsOf(status);
  std::string text;
  if (json_) {
    nlohmann::ordered_json error = {{"message", message}, {"reason", status::ReasonOf(status)}};
    error["errors"] = nlohmann::ordered_json::array();
    for (const auto& violation : violations) {
      error["errors"].push_back(
          {{"field", violation.field}, {"description", violation.description}});
    }
    text = nlohmann::ordered_json({{"error", error}})
               .dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  } else {
    // A file's mistakes stand in the message, each with file and line at the beginning, where
    // editors look for them.
    const bool listed = status::ReasonOf(status) == "INVALID_FILE";
    text = (listed ? "" : Red("avvik:") + " ") + HarmlessLines(message);
    for (const auto& violation : violations) {
      if (!listed) text += "\n  " + Harmless(violation.field + ": " + violation.description);
    }
  }
  std::lock_guard lock(mutex_);
  ClearProgress();
  Write(err_, text + "\n");
  return code;
}

ExitCode Output::FailUsage(const std::string& text) {
  return Fail(status::Error(absl::StatusCode::kInvalidArgument, text, "USAGE"), kUsage);
}

}  // namespace avvik::cli
