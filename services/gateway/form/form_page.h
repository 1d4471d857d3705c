// The pages of reporting without scripts, in Swedish, Danish and English. Pure; everything that somebody
// typed is escaped.
#pragma once

#include <string>

#include "services/gateway/form/report_draft.h"

namespace avvik::gateway {

// Why a form comes back, beside what is wrong with its fields.
enum class FormTrouble {
  kNone,
  kFields,       // Only fields are wrong.
  kFiles,        // A file came along.
  kSignIn,       // A name is wanted, and nobody is signed in.
  kNoAnonymous,  // The municipality is not known, or takes no anonymous reports.
  kBusy,         // Sending again helps.
  kDenied,       // The one who is signed in may not report.
  kOtherReport,  // The form was sent before with something else in it.
};

// The form with what was typed so far.
std::string FormPage(const ReportDraft& draft, const WrongFields& wrong, FormTrouble trouble);

// What came of it.
struct FormReceipt {
  std::string number;
  std::string receipt;  // Empty but for an anonymous report.
  std::string proof;    // The same.
};
std::string ReceiptPage(const ReportDraft& draft, const FormReceipt& receipt);

// The form came from another site's page, or cannot be read.
enum class FormRefusal { kForeign, kUnreadable };
std::string RefusalPage(FormRefusal refusal, const std::string& language);

}  // namespace avvik::gateway
