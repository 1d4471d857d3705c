// What the commands say: results on standard output, everything else on standard error.
#pragma once

#include <cstdio>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "absl/status/status.h"
#include "cli/exit_code.h"
#include "cli/table.h"

namespace avvik::cli {

// Thread-safe.
class Output {
 public:
  // Colours are used on a terminal only, and not when `colours` is false.
  Output(std::FILE* out, std::FILE* err, bool colours);
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  // Whether results are JSON (the flag --json).
  bool json() const { return json_; }
  void set_json(bool json) { json_ = json; }
  bool out_is_terminal() const { return out_is_terminal_; }
  bool err_is_terminal() const { return err_is_terminal_; }

  // Results.
  void Text(const std::string& text);  // As it is, without a line break of its own.
  void Line(const std::string& text) { Text(text + "\n"); }
  void Json(const nlohmann::ordered_json& json);
  void Print(const Table& table);

  // Remarks.
  void Note(const std::string& text);
  // The one line at the foot of a terminal that is written over; empty takes it away. Nothing
  // without a terminal.
  void Progress(const std::string& text);

  // Tells an error, with its fields, and gives its exit code. With --json as one JSON object.
  ExitCode Fail(const absl::Status& status);
  ExitCode Fail(const absl::Status& status, ExitCode code);
  // The same for something asked wrongly.
  ExitCode FailUsage(const std::string& text);

 private:
  void ClearProgress();
  std::string Red(const std::string& text) const;

  std::FILE* const out_;
  std::FILE* const err_;
  const bool out_is_terminal_;
  const bool err_is_terminal_;
  const bool colours_;
  bool json_ = false;
  std::mutex mutex_;
  bool progress_shown_ = false;
};

}  // namespace avvik::cli
