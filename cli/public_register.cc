#include "cli/public_register.h"

#include <initializer_list>
#include <string_view>

#include "cli/csv.h"

namespace avvik::cli {
namespace {

std::string Line(std::initializer_list<std::string_view> cells) {
  std::string line;
  for (const std::string_view cell : cells) line += (line.empty() ? "" : ",") + CsvCell(cell);
  return line + "\r\n";
}

std::string Joined(const google::protobuf::RepeatedPtrField<std::string>& texts) {
  std::string joined;
  for (const std::string& text : texts) joined += (joined.empty() ? "" : "; ") + text;
  return joined;
}

std::string LeftOut(const triage::v1::RegisterEntry& entry) {
  constexpr size_t kPrefix = sizeof "LEFT_OUT_" - 1;
  std::string joined;
  for (const int left_out : entry.left_out()) {
    joined += (joined.empty() ? "" : "; ") +
              triage::v1::LeftOut_Name(static_cast<triage::v1::LeftOut>(left_out)).substr(kPrefix);
  }
  return joined;
}

}  // namespace

std::string PublicRegister(const std::vector<triage::v1::RegisterEntry>& entries) {
  std::string text = Line({"received", "registration number", "from or to", "concerns", "secrecy", "left out"});
  for (const triage::v1::RegisterEntry& entry : entries) {
    text += Line({CsvTime(entry.receive_time()), entry.registration_number(), entry.correspondent(),
                  entry.subject(), Joined(entry.grounds()), LeftOut(entry)});
  }
  return text;
}

}  // namespace avvik::cli
