#include "cli/new_file.h"

#include <filesystem>
#include <fstream>
#include <system_error>

#include "common/status/error.h"

namespace avvik::cli {

absl::Status WriteNewFile(const std::string& file, const std::string& text) {
  const std::filesystem::path path(file);
  std::error_code failed;
  if (std::filesystem::exists(path, failed)) {
    return status::Error(absl::StatusCode::kAlreadyExists, file + " is there already",
                         "FILE_EXISTS");
  }
  std::ofstream out(path);
  std::filesystem::permissions(
      path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write, failed);
  out << text;
  out.close();
  if (out.fail()) {
    return status::Error(absl::StatusCode::kFailedPrecondition, "cannot write " + file, "FILE");
  }
  return absl::OkStatus();
}

}  // namespace avvik::cli
