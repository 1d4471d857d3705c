#include "services/delivery/templates.h"

#include <cstdlib>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace avvik::delivery {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kText[] = "Subject: Case {{number}}\n\n{{number}} of {{organisation}}: {{link}}\n";
constexpr char kHtml[] = "<p>{{number}} of {{organisation}}: {{link}}</p>\n";

TemplateSet::Files Good() {
  TemplateSet::Files files;
  for (const std::string_view language : kLanguages) {
    const std::string folder = std::string(language) + "/";
    files[folder + "layout.txt"] = "{{content}}-- " + std::string(language) + "\n";
    files[folder + "layout.html"] =
        "<html lang=\"{{language}}\"><title>{{subject}}</title>{{content}}</html>";
    for (const TemplateId id : kTemplates) {
      files[folder + std::string(TemplateName(id)) + ".txt"] = kText;
      files[folder + std::string(TemplateName(id)) + ".html"] = kHtml;
    }
  }
  return files;
}

std::string Mistakes(const TemplateSet::Files& files) {
  return std::string(TemplateSet::Make(files, "templates").status().message());
}

const TemplateValues kValues = {.number = "AVV-2026-000123",
                                .link = "https://a.example/cases/AVV-2026-000123?a=1&b=2",
                                .organisation = "O'Kalix <kommun> {{link}}"};

TEST(TemplateSetTest, ValuesAreFilledInOnce) {
  const auto set = TemplateSet::Make(Good(), "templates");
  ASSERT_TRUE(set.ok()) << set.status();
  const RenderedNotice notice = set->Render(TemplateId::kCaseAssigned, "da", kValues);
  EXPECT_EQ(notice.subject, "Case AVV-2026-000123");
  EXPECT_EQ(notice.text,
            "AVV-2026-000123 of O'Kalix <kommun> {{link}}: "
            "https://a.example/cases/AVV-2026-000123?a=1&b=2\n-- da\n");
}

TEST(TemplateSetTest, WrittenWordsKeepTheirPlaceholders) {
  const auto set = TemplateSet::Make(Good(), "templates");
  const RenderedNotice& written = set->Written(TemplateId::kCaseAssigned, "en");
  EXPECT_EQ(written.subject, "Case {{number}}");
  EXPECT_EQ(written.text, "{{number}} of {{organisation}}: {{link}}\n");
  EXPECT_EQ(written.html, kHtml);
}

TEST(TemplateSetTest, HtmlIsEscaped) {
  const auto set = TemplateSet::Make(Good(), "templates");
  const RenderedNotice notice = set->Render(TemplateId::kCaseAssigned, "sv", kValues);
  EXPECT_EQ(notice.html,
            "<html lang=\"sv\"><title>Case AVV-2026-000123</title>"
            "<p>AVV-2026-000123 of O&#39;Kalix &lt;kommun&gt; {{link}}: "
            "https://a.example/cases/AVV-2026-000123?a=1&amp;b=2</p>\n</html>");
}

TEST(TemplateSetTest, AnUnknownLanguageIsAnsweredInTheFirst) {
  const auto set = TemplateSet::Make(Good(), "templates");
  EXPECT_EQ(set->Render(TemplateId::kCaseAssigned, "fi", kValues).html,
            set->Render(TemplateId::kCaseAssigned, "sv", kValues).html);
}

TEST(TemplateSetTest, AllMistakesAreReportedWithFileAndLine) {
  TemplateSet::Files files = Good();
  files.erase("da/case_drawn_in.html");
  files["sv/case_asigned.txt"] = kText;
  files["en/stage_overdue.txt"] = "Subject: x\n\n{{number}}\n{{titel}} {{link}}\n";
  files["en/stage_overdue.html"] = "<p>{{number}}</p>\n";
  files["sv/report_closed.txt"] = "{{number}}\n{{link}}\n";
  files["sv/report_received.txt"] = "Subject: \n\n{{number}} {{link}}\n";
  files["da/layout.txt"] = "nothing";
  files["da/stage_due_soon.html"] = "{{number {{link}}";
  EXPECT_THAT(Mistakes(files),
              AllOf(HasSubstr("templates/da/case_drawn_in.html:1: this file is missing"),
                    HasSubstr("templates/sv/case_asigned.txt:1: there is no such template"),
                    HasSubstr("templates/en/stage_overdue.txt:4: unknown placeholder `{{titel`"),
                    HasSubstr("templates/en/stage_overdue.html:1: `{{link}}` is missing"),
                    HasSubstr("templates/sv/report_closed.txt:1: must begin with `Subject: …`"),
                    HasSubstr("templates/sv/report_received.txt:1: must begin with `Subject: …`"),
                    HasSubstr("templates/da/layout.txt:1: `{{content}}` is missing"),
                    HasSubstr("templates/da/stage_due_soon.html:1: unknown placeholder")));
}

TEST(TemplateSetTest, FilesThatAreNoTextAreRefused) {
  TemplateSet::Files files = Good();
  files["sv/layout.html"] = "\xff{{content}}";
  EXPECT_THAT(Mistakes(files), HasSubstr("sv/layout.html:1: holds something that is not text"));
  files["sv/layout.html"] = "{{content}}" + std::string(64 * 1024, 'x');
  EXPECT_THAT(Mistakes(files), HasSubstr("sv/layout.html:1: is larger"));
}

TEST(TemplateSetTest, AMissingFolderIsNamed) {
  EXPECT_THAT(std::string(TemplateSet::Load("/nowhere").status().message()), HasSubstr("/nowhere"));
}

TEST(ShippedTemplatesTest, EveryTemplateSaysNumberAndLinkInEveryLanguage) {
  const auto set =
      TemplateSet::Load(std::string(std::getenv("AVVIK_SOURCE_DIR")) + "/deploy/templates");
  ASSERT_TRUE(set.ok()) << set.status();
  for (const std::string_view language : kLanguages) {
    for (const TemplateId id : kTemplates) {
      const RenderedNotice notice = set->Render(id, std::string(language),
                                                {.number = "AVV-2026-000123",
                                                 .link = "https://a.example/x",
                                                 .organisation = "Kalix kommun"});
      EXPECT_THAT(notice.subject, HasSubstr("AVV-2026-000123"));
      EXPECT_THAT(notice.text, AllOf(HasSubstr("AVV-2026-000123"), HasSubstr("https://a.example/x"),
                                     HasSubstr("Kalix kommun"), Not(HasSubstr("{{"))));
      EXPECT_THAT(notice.html, AllOf(HasSubstr("href=\"https://a.example/x\""),
                                     HasSubstr("lang=\"" + std::string(language) + "\""),
                                     HasSubstr("Kalix kommun"), Not(HasSubstr("{{"))));
    }
  }
}

}  // namespace
}  // namespace avvik::delivery
