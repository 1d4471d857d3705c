#include "tests/fuzz/file_targets.h"

#include <memory>
#include <sstream>
#include <string>

#include "avvik/organisation/v1/organisation.pb.h"
#include "cli/import/csv_reader.h"
#include "cli/import/json_lines_reader.h"
#include "common/datafile/datafile.h"
#include "tests/fuzz/targets.h"

namespace avvik::fuzz {
namespace {

// More records than bytes would be records made of nothing.
void ReadAll(cli::RecordReader& reader, size_t bytes) {
  cli::Item item;
  size_t read = 0;
  while (true) {
    const auto more = reader.Next(&item);
    if (!more.ok() || !*more) return;
    Must(++read <= bytes, "a file has an end");
  }
}

cli::Encoding EncodingOf(char byte) {
  return byte % 2 == 0 ? cli::Encoding::kUtf8 : cli::Encoding::kWindows1252;
}

}  // namespace

void DataFile(std::string_view bytes) {
  if (bytes.empty()) return;
  const unsigned kind = static_cast<unsigned char>(bytes[0]);
  const std::string text(bytes.substr(1));
  const std::string name = kind % 2 == 1 ? "fuzz.json" : "fuzz.yaml";
  organisation::v1::Organisation organisation;
  organisation::v1::RoleCatalogue roles;
  google::protobuf::Message* const message =
      kind / 2 % 2 == 0 ? static_cast<google::protobuf::Message*>(&organisation) : &roles;
  const absl::Status status = datafile::Parse(text, name, message);
  if (!status.ok()) {
    Must(message->ByteSizeLong() == 0, "after an error nothing is read");
    return;
  }
  const std::string dumped = datafile::Dump(*message);
  const auto again = std::unique_ptr<google::protobuf::Message>(message->New());
  Must(datafile::Parse(dumped, "again.yaml", again.get()).ok(), "what was written is read again");
  Must(again->SerializeAsString() == message->SerializeAsString(), "to the same");
}

void ImportCsv(std::string_view bytes) {
  if (bytes.empty()) return;
  std::istringstream input{std::string(bytes.substr(1))};
  cli::LineReader lines(input);
  const auto reader = cli::CsvReader::Open(lines, EncodingOf(bytes[0]));
  if (reader.ok()) ReadAll(**reader, bytes.size());
}

void ImportJson(std::string_view bytes) {
  if (bytes.empty()) return;
  std::istringstream input{std::string(bytes.substr(1))};
  cli::LineReader lines(input);
  cli::JsonLinesReader reader(lines, EncodingOf(bytes[0]));
  ReadAll(reader, bytes.size());
}

}  // namespace avvik::fuzz
