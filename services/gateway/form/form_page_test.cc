#include "services/gateway/form/form_page.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace avvik::gateway {
namespace {

using testing::HasSubstr;
using testing::Not;

ReportDraft Typed(const std::string& language) {
  ReportDraft draft;
  draft.what = "</textarea><script>alert(1)</script>";
  draft.when = "\"><img src=x>";
  draft.where = "'&";
  draft.system = "journal";
  draft.as = "confidential";
  draft.personal_data = "yes";
  draft.category = "CATEGORY_OTHER";
  draft.language = language;
  draft.tenant = "kalix";
  draft.request_id = "6f1b";
  return draft;
}

TEST(FormPage, NothingTypedIsLostAndAllOfItIsEscaped) {
  for (const FormTrouble trouble :
       {FormTrouble::kFields, FormTrouble::kFiles, FormTrouble::kSignIn, FormTrouble::kNoAnonymous,
        FormTrouble::kBusy, FormTrouble::kDenied, FormTrouble::kOtherReport}) {
    const std::string page = FormPage(Typed("sv"), {"when"}, trouble);
    EXPECT_THAT(page, HasSubstr("&lt;/textarea&gt;&lt;script&gt;alert(1)&lt;/script&gt;"));
    EXPECT_THAT(page, HasSubstr("value=\"&quot;&gt;&lt;img src=x&gt;\""));
    EXPECT_THAT(page, HasSubstr("value=\"&#39;&amp;\""));
    EXPECT_THAT(page, HasSubstr("value=\"journal\""));
    EXPECT_THAT(page, HasSubstr("value=\"confidential\" checked"));
    EXPECT_THAT(page, HasSubstr("name=\"personal_data\" value=\"yes\" checked"));
    EXPECT_THAT(page, HasSubstr("name=\"ongoing\" value=\"\" checked"));
    EXPECT_THAT(page, HasSubstr("name=\"category\" value=\"CATEGORY_OTHER\""));
    EXPECT_THAT(page, HasSubstr("name=\"tenant\""));
    EXPECT_THAT(page, HasSubstr("name=\"request_id\" value=\"6f1b\""));
    EXPECT_THAT(page, Not(HasSubstr("<script")));
    EXPECT_THAT(page, Not(HasSubstr("<style")));
    EXPECT_THAT(page, Not(HasSubstr(" style=")));
  }
}

TEST(FormPage, FieldsInErrorAreToldAtTheTopAndAtTheField) {
  const std::string page = FormPage(Typed("en"), {"when", "as", "form"}, FormTrouble::kFields);
  EXPECT_THAT(page, HasSubstr("<html lang=\"en\">"));
  EXPECT_THAT(page, HasSubstr("<a href=\"#when\">The time must not be in the future.</a>"));
  EXPECT_THAT(page, HasSubstr("aria-describedby=\"when-hint when-wrong\" aria-invalid=\"true\""));
  EXPECT_THAT(page, HasSubstr("<a href=\"#as\">"));
  EXPECT_THAT(page, HasSubstr("Something in the form could not be taken."));
  EXPECT_THAT(page, Not(HasSubstr("id=\"where-wrong\"")));
}

TEST(FormPage, EveryPageIsInTheLanguageOfItsReader) {
  EXPECT_THAT(FormPage(Typed("sv"), {}, FormTrouble::kNone), HasSubstr("Vad hände?"));
  EXPECT_THAT(FormPage(Typed("da"), {}, FormTrouble::kNone), HasSubstr("Hvad skete der?"));
  EXPECT_THAT(FormPage(Typed("en"), {}, FormTrouble::kNone), HasSubstr("What happened?"));
  EXPECT_THAT(RefusalPage(FormRefusal::kForeign, "da"), HasSubstr("et andet websteds side"));
}

TEST(FormPage, MunicipalityIsAskedForOnlyWhereItIsNotKnown) {
  EXPECT_THAT(FormPage(Typed("sv"), {}, FormTrouble::kNone), Not(HasSubstr("Kommunens kortnamn")));
  ReportDraft draft = Typed("sv");
  draft.tenant.clear();
  EXPECT_THAT(FormPage(draft, {}, FormTrouble::kNone), HasSubstr("Kommunens kortnamn"));
}

TEST(FormPage, ReceiptIsShownToWhoHasOne) {
  const std::string anonymous =
      ReceiptPage(Typed("da"), {.number = "AVV-2026-000001", .receipt = "1234 5678", .proof = "p<"});
  EXPECT_THAT(anonymous, HasSubstr("<strong id=\"receipt\">1234 5678</strong>"));
  EXPECT_THAT(anonymous, HasSubstr("p&lt;"));
  EXPECT_THAT(anonymous, HasSubstr("Skriv kvitteringen ned nu."));
  const std::string named = ReceiptPage(Typed("en"), {.number = "AVV-2026-000001", .receipt = "", .proof = ""});
  EXPECT_THAT(named, HasSubstr("AVV-2026-000001"));
  EXPECT_THAT(named, Not(HasSubstr("id=\"receipt\"")));
}

}  // namespace
}  // namespace avvik::gateway
