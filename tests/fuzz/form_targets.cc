#include "tests/fuzz/form_targets.h"

#include <string>

#include "services/gateway/form/form_body.h"
#include "services/gateway/form/form_page.h"
#include "services/gateway/form/report_draft.h"
#include "services/gateway/utf8.h"
#include "tests/fuzz/targets.h"

namespace avvik::fuzz {
namespace {

void Read(std::string_view content_type, std::string_view body) {
  const auto form = gateway::ParseForm(content_type, body);
  Must(form.ok() || absl::IsInvalidArgument(form.status()), "it is the form's fault");
  if (!form.ok()) return;
  Must(form->fields.size() <= gateway::kMostFormFields, "a form has few fields");
  for (const auto& [name, value] : form->fields) {
    Must(gateway::WhyNotText(name).empty() && gateway::WhyNotText(value).empty(),
         "fields are text");
    Must(value.find('\r') == std::string::npos, "lines end in one way");
  }
  const gateway::ReportDraft draft = gateway::DraftOf(*form, "da");
  const auto wrong = gateway::CheckDraft(draft);
  const std::string page = gateway::FormPage(draft, wrong, gateway::FormTrouble::kFields);
  Must(page.find("<script") == std::string::npos, "nothing typed becomes a script");
  const std::string sent = gateway::ReportJson(draft, {}).dump();
  Must(!sent.empty(), "a report can be sent");
}

}  // namespace

void Form(std::string_view bytes) {
  if (bytes.empty()) return;
  const bool multipart = bytes[0] % 2 != 0;
  Read(multipart ? "multipart/form-data; boundary=b" : "application/x-www-form-urlencoded",
       bytes.substr(1));
}

void FormKind(std::string_view bytes) {
  const size_t end = bytes.find('\n');
  if (end == std::string_view::npos) return;
  Read(bytes.substr(0, end), bytes.substr(end + 1));
}

}  // namespace avvik::fuzz
