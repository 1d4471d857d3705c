// What the commands share that take a register out: a period, page by page, as a table for a
// spreadsheet or as JSON.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/commands/commands.h"
#include "cli/format.h"
#include "cli/new_file.h"
#include "cli/url.h"
#include "common/status/macros.h"
#include "google/protobuf/repeated_ptr_field.h"

namespace avvik::cli {

template <typename Response, typename Entry>
struct Register {
  const char* path;  // With the size of a page.
  const char* list;  // What the entries are called in JSON.
  const char* one;
  const char* many;
  const google::protobuf::RepeatedPtrField<Entry>& (Response::*entries)() const;
  std::string (*table)(const std::vector<Entry>&);
  const char* from_help;
  const char* until_help;
};

struct RegisterAsked {
  std::string file;  // Empty: standard output.
  std::string from;
  std::string until;
};

template <typename Response, typename Entry>
absl::StatusOr<std::vector<Entry>> EntriesOf(const Register<Response, Entry>& reg, Session& session,
                                             const RegisterAsked& asked) {
  AVVIK_ASSIGN_OR_RETURN(const auto caller, session.AsAsked());
  std::string path = reg.path;
  if (!asked.from.empty()) path += "&from_time=" + UrlEncoded(asked.from);
  if (!asked.until.empty()) path += "&until_time=" + UrlEncoded(asked.until);
  std::vector<Entry> entries;
  std::string token;
  do {
    Response page;
    AVVIK_RETURN_IF_ERROR(
        caller->api().Get(token.empty() ? path : path + "&page_token=" + UrlEncoded(token), &page));
    const auto& listed = (page.*reg.entries)();
    entries.insert(entries.end(), listed.begin(), listed.end());
    token = page.next_page_token();
  } while (!token.empty());
  return entries;
}

template <typename Response, typename Entry>
std::string Written(const Register<Response, Entry>& reg, const std::vector<Entry>& entries,
                    bool as_json) {
  using nlohmann::ordered_json;
  if (!as_json) return reg.table(entries);
  ordered_json all = ordered_json::array();
  for (const Entry& entry : entries) all.push_back(ToJsonValue(entry));
  return ordered_json{{reg.list, std::move(all)}}.dump(2, ' ', false,
                                                       ordered_json::error_handler_t::replace) +
         "\n";
}

template <typename Response, typename Entry>
ExitCode RunExport(const Register<Response, Entry>& reg, Session& session,
                   const RegisterAsked& asked) {
  const auto entries = EntriesOf(reg, session, asked);
  if (!entries.ok()) return session.out.Fail(entries.status());
  const std::string text = Written(reg, *entries, session.out.json());
  if (asked.file.empty()) {
    session.out.Text(text);
    return kOk;
  }
  const absl::Status written = WriteNewFile(asked.file, text);
  if (!written.ok()) return session.out.Fail(written);
  session.out.Note(Counted(static_cast<int64_t>(entries->size()), reg.one, reg.many) +
                   " written to " + asked.file);
  return kOk;
}

// Gives a command its options, and lets it take out `reg`, which must live as long as the program.
template <typename Response, typename Entry>
void TakesOut(const Register<Response, Entry>& reg, CLI::App& command, Session& session,
              Chosen& chosen) {
  auto asked = std::make_shared<RegisterAsked>();
  command
      .add_option("--out", asked->file, "A new file, for its owner only; otherwise standard output")
      ->type_name("FILE");
  command.add_option("--from", asked->from, reg.from_help)->type_name("INSTANT");
  command.add_option("--until", asked->until, reg.until_help)->type_name("INSTANT");
  command.callback([&reg, &session, &chosen, asked] {
    chosen = [&reg, &session, asked] { return RunExport(reg, session, *asked); };
  });
}

}  // namespace avvik::cli
