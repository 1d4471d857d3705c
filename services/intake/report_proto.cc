#include "services/intake/report_proto.h"

#include <openssl/sha.h>

#include <algorithm>

#include "common/rpc/time.h"
#include "common/search/words.h"

namespace avvik::intake {
namespace {

using rpc::FromProtoTime;
using rpc::ToProtoTime;

std::string DigestOf(const v1::Report& report) {
  const std::string bytes = report.SerializeAsString();
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest);
  std::string hex;
  for (size_t i = 0; i < 16; ++i) {
    hex.push_back("0123456789abcdef"[digest[i] >> 4]);
    hex.push_back("0123456789abcdef"[digest[i] & 15]);
  }
  return hex;
}

}  // namespace

Draft DraftFromProto(const v1::SubmitReportRequest& request, const identity::Caller& caller) {
  const v1::Report& report = request.report();
  Draft draft;
  draft.request_id = request.request_id();
  draft.digest = DigestOf(report);
  Content& content = draft.content;
  content.title = report.title();
  content.description = report.description();
  content.category = report.category();
  content.unit = report.unit();
  content.system = report.system();
  if (report.has_occurred_time()) content.occurred = FromProtoTime(report.occurred_time());
  if (report.has_discovered_time()) content.discovered = FromProtoTime(report.discovered_time());
  content.personal_data = report.personal_data();
  if (report.has_affected_persons()) content.affected_persons = report.affected_persons();
  content.national_security = report.national_security();
  content.ongoing = report.ongoing();
  if (report.confidentiality() == v1::CONFIDENTIALITY_CONFIDENTIAL ||
      report.confidentiality() == v1::CONFIDENTIALITY_ANONYMOUS) {
    content.confidentiality = report.confidentiality();
  }
  content.language = report.language();
  if (report.has_origin()) {
    Origin& origin = draft.origin.emplace();
    origin.register_name = report.origin().register_();
    origin.key = report.origin().key();
    if (report.origin().has_reported_time()) {
      origin.reported = FromProtoTime(report.origin().reported_time());
    }
  }
  draft.reporter = {.login = caller.login, .name = caller.name, .email = caller.email};
  return draft;
}

v1::Report ToProto(const Report& report, View view) {
  v1::Report proto;
  proto.set_report_id(report.id);
  proto.set_number(report.number);
  const Content& content = report.content;
  proto.set_title(content.title);
  if (view != View::kService) proto.set_description(content.description);
  proto.set_category(content.category);
  proto.set_unit(content.unit);
  proto.set_system(content.system);
  if (content.occurred.has_value()) *proto.mutable_occurred_time() = ToProtoTime(*content.occurred);
  if (content.discovered.has_value()) {
    *proto.mutable_discovered_time() = ToProtoTime(*content.discovered);
  }
  proto.set_personal_data(content.personal_data);
  if (content.affected_persons.has_value()) proto.set_affected_persons(*content.affected_persons);
  proto.set_national_security(content.national_security);
  proto.set_ongoing(content.ongoing);
  proto.set_confidentiality(content.confidentiality);
  proto.set_language(content.language);
  if (report.origin.has_value()) {
    v1::Origin* origin = proto.mutable_origin();
    origin->set_register_(report.origin->register_name);
    origin->set_key(report.origin->key);
    if (report.origin->reported.has_value()) {
      *origin->mutable_reported_time() = ToProtoTime(*report.origin->reported);
    }
  }
  v1::Reporter* reporter = proto.mutable_reporter();
  if (view == View::kHandler && content.confidentiality == v1::CONFIDENTIALITY_CONFIDENTIAL) {
    reporter->set_withheld(true);
  } else {
    reporter->set_login(report.reporter.login);
    reporter->set_name(report.reporter.name);
    reporter->set_email(report.reporter.email);
  }
  proto.set_state(report.state);
  *proto.mutable_submit_time() = ToProtoTime(report.submitted);
  *proto.mutable_reported_time() = ToProtoTime(report.reported);
  if (view != View::kService) {
    for (const Supplement& supplement : report.supplements) {
      v1::Supplement* entry = proto.add_supplements();
      entry->set_supplement_id(supplement.id);
      entry->set_text(supplement.text);
      *entry->mutable_create_time() = ToProtoTime(supplement.created);
    }
    proto.set_withdraw_reason(report.withdraw_reason);
  }
  if (report.erased.has_value()) *proto.mutable_erase_time() = ToProtoTime(*report.erased);
  proto.set_etag(EtagOf(report));
  return proto;
}

v1::ReportWords WordsOf(const Report& report) {
  std::string told = report.content.title + "\n" + report.content.description;
  for (const Supplement& supplement : report.supplements) told += "\n" + supplement.text;
  v1::ReportWords proto;
  proto.set_report_id(report.id);
  std::vector<std::string> words = search::WordsOf(told);
  std::sort(words.begin(), words.end());
  for (std::string& word : words) proto.add_words(std::move(word));
  return proto;
}

}  // namespace avvik::intake
