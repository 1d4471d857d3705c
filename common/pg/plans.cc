#include "common/pg/plans.h"

#include <libpq-fe.h>

#include <memory>

namespace avvik::pg {
namespace {

constexpr char kOnce[] =
    "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_hashjoin=off "
    "-c enable_mergejoin=off";

using Options = std::unique_ptr<PQconninfoOption, void (*)(PQconninfoOption*)>;

// Null when libpq does not understand it, which it says when it is to connect.
Options Parse(const std::string& conninfo) {
  return {PQconninfoParse(conninfo.c_str(), nullptr), PQconninfoFree};
}

std::string Quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') quoted.push_back('\\');
    quoted.push_back(c);
  }
  return quoted + "'";
}

}  // namespace

Settings PlannedOnce(Settings settings) {
  const std::string options = OptionsIn(settings.conninfo);
  const Options parsed = Parse(settings.conninfo);
  if (parsed == nullptr) return settings;
  settings.conninfo = "options=" + Quoted(options.empty() ? kOnce : options + " " + kOnce);
  for (const PQconninfoOption* option = parsed.get(); option->keyword != nullptr; ++option) {
    if (option->val == nullptr || std::string_view(option->keyword) == "options") continue;
    settings.conninfo += std::string(" ") + option->keyword + "=" + Quoted(option->val);
  }
  return settings;
}

std::string OptionsIn(const std::string& conninfo) {
  const Options parsed = Parse(conninfo);
  for (const PQconninfoOption* option = parsed.get();
       option != nullptr && option->keyword != nullptr; ++option) {
    if (std::string_view(option->keyword) == "options" && option->val != nullptr) return option->val;
  }
  return "";
}

}  // namespace avvik::pg
