#include <cstdlib>
#include <map>
#include <set>

#include "avvik/intake/v1/intake.pb.h"
#include "cli/import/mapping_catalogue.h"
#include "cli/import/register_file.h"
#include "common/deadline/instant.h"
#include "common/validate/validate.h"
#include "gmock/gmock.h"
#include "tests/support/status_matchers.h"

namespace avvik::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;
using namespace type::v1;  // NOLINT: the names of categories and answers.

Surroundings Around() {
  return {.units = {{"socialförvaltningen", "social"}, {"it", "it"}},
          .systems = {{"journalsystemet", "journal"}},
          .zone = *deadline::LoadZone("Europe/Stockholm"),
          .register_ = ""};
}

Mapping Shipped(const std::string& name) {
  auto mapping = FindMapping(name);
  EXPECT_OK(mapping);
  return *std::move(mapping);
}

TEST(ShippedMappingsTest, AllCanBeUsedAndAreNamedAsTheirFiles) {
  const auto mappings = ShippedMappings();
  ASSERT_OK(mappings);
  ASSERT_THAT(*mappings, SizeIs(ShippedFiles().size()));
  for (size_t i = 0; i < mappings->size(); ++i) {
    EXPECT_EQ((*mappings)[i].name() + ".yaml", ShippedFiles()[i].name);
    EXPECT_FALSE((*mappings)[i].proto().recognised_by().empty());
  }
}

TEST(ShippedMappingsTest, ANameThatIsNoneIsTold) {
  const auto mapping = FindMapping("nonsense");
  EXPECT_THAT(mapping, testing::IsError(absl::StatusCode::kNotFound, "MAPPING_NOT_FOUND"));
  EXPECT_THAT(std::string(mapping.status().message()), HasSubstr("kommun-register"));
}

TEST(ShippedMappingsTest, ColumnsThatNobodyKnowsAreTold) {
  const auto mapping = RecogniseMapping(*ShippedMappings(), {"Spalte", "Kolonne"});
  EXPECT_THAT(std::string(mapping.status().message()), HasSubstr("Spalte, Kolonne"));
}

struct Breach {
  const char* type;
  const char* location;
  Category category;
};

class BreachTest : public ::testing::TestWithParam<Breach> {};

TEST_P(BreachTest, FindsTheCategory) {
  Record record{.line = 1, .values = {}};
  record.Set("organisation", "Clinic");
  record.Set("breach_type", GetParam().type);
  record.Set("information_location", GetParam().location);
  const auto report = Shipped("breach-notifications").ReportOf(record, Around());
  ASSERT_OK(report);
  EXPECT_EQ(report->category(), GetParam().category)
      << GetParam().type << " / " << GetParam().location;
  EXPECT_EQ(report->personal_data(), ANSWER_YES);
}

INSTANTIATE_TEST_SUITE_P(
    Notifications, BreachTest,
    ::testing::Values(
        Breach{"Theft", "Laptop", CATEGORY_LOST_DEVICE},
        Breach{"Loss", "Other, Other Portable Electronic Device", CATEGORY_LOST_DEVICE},
        Breach{"Loss, Theft", "Laptop, Paper/Films", CATEGORY_LOST_DEVICE},
        Breach{"Theft", "Paper/Films", CATEGORY_LOST_DOCUMENT},
        Breach{"Theft", "Email", CATEGORY_UNAUTHORISED_ACCESS},
        Breach{"Theft", "Other", CATEGORY_OTHER}, Breach{"Theft", "", CATEGORY_OTHER},
        Breach{"Hacking/IT Incident", "Network Server", CATEGORY_INTRUSION},
        Breach{"Hacking/IT Incident, Theft, Unauthorized Access/Disclosure", "Laptop",
               CATEGORY_INTRUSION},
        Breach{"Unauthorized Access/Disclosure", "Email", CATEGORY_UNAUTHORISED_ACCESS},
        Breach{"Improper Disposal", "Paper/Films", CATEGORY_IMPROPER_DISPOSAL},
        Breach{"Improper Disposal, Loss", "Paper/Films", CATEGORY_LOST_DOCUMENT},
        Breach{"Unknown", "Laptop", CATEGORY_OTHER},
        Breach{"Missing[\"NotAvailable\"]", "", CATEGORY_OTHER}));

TEST(BreachMappingTest, SetsTextsRightAndKeepsWhatHasNoField) {
  Record record{.line = 1, .values = {}};
  record.Set("organisation", "The Children's Hospital");
  record.Set("submitted_on", "2009-11-24");
  record.Set("individuals_affected", "943");
  record.Set("state", "Pennsylvania");
  record.Set("breach_type", "Theft");
  record.Set("description", "an employee\u00e2\u0080\u0099s vehicle");
  const auto report = Shipped("breach-notifications").ReportOf(record, Around());
  ASSERT_OK(report);
  EXPECT_EQ(report->title(), "Theft – The Children's Hospital");
  EXPECT_EQ(report->description(),
            "an employee’s vehicle\n\nOrganisation: The Children's Hospital\nState: "
            "Pennsylvania\nType of breach: Theft");
  EXPECT_EQ(report->affected_persons(), 943);
  EXPECT_EQ(report->origin().reported_time().seconds(), 1259038800);
}

// Reads the notifications that lie beside the source tree (or where AVVIK_SHARED_DATA says);
// without them it is skipped.
TEST(BreachMappingTest, MakesAReportOfEveryNotification) {
  const char* data = std::getenv("AVVIK_SHARED_DATA");
  const char* source = std::getenv("AVVIK_SOURCE_DIR");
  const std::string folder =
      data != nullptr ? data : std::string(source == nullptr ? "." : source) + "/../shared/data";
  auto file = RegisterFile::Open(folder + "/breach-notifications.jsonl", Encoding::kUtf8);
  if (!file.ok()) GTEST_SKIP() << file.status().message();
  const auto mapping = RecogniseMapping(*ShippedMappings(), (*file)->columns());
  ASSERT_OK(mapping);
  EXPECT_EQ(mapping->name(), "breach-notifications");

  std::set<std::string> keys;
  std::map<Category, int> categories;
  Item item;
  while (*(*file)->Next(&item)) {
    const auto& record = std::get<Record>(item);
    intake::v1::SubmitReportRequest request;
    auto report = mapping->ReportOf(record, Around());
    ASSERT_OK(report);
    request.set_request_id(RequestIdOf(report->origin().register_(), report->origin().key()));
    keys.insert(request.request_id());
    ++categories[report->category()];
    *request.mutable_report() = *std::move(report);
    EXPECT_OK(validate::Validate(request)) << "line " << record.line;
  }
  EXPECT_THAT(keys, SizeIs(844));
  EXPECT_EQ(categories.count(CATEGORY_UNSPECIFIED), 0u);
  EXPECT_LT(categories[CATEGORY_OTHER], 844 / 8);
}

// Reads the register that lies in the source tree, as the command does.
TEST(MunicipalRegisterTest, BecomesReports) {
  const char* source = std::getenv("AVVIK_SOURCE_DIR");
  if (source == nullptr) GTEST_SKIP() << "AVVIK_SOURCE_DIR is not set";
  auto file =
      RegisterFile::Open(std::string(source) + "/cli/import/test_data/kommun.csv", Encoding::kUtf8);
  ASSERT_OK(file);
  const auto mapping = RecogniseMapping(*ShippedMappings(), (*file)->columns());
  ASSERT_OK(mapping);
  EXPECT_EQ(mapping->name(), "kommun-register");
  EXPECT_THAT(mapping->Unused((*file)->columns()), ::testing::ElementsAre("Handläggare"));

  std::vector<intake::v1::Report> reports;
  std::vector<absl::Status> faults;
  Item item;
  while (*(*file)->Next(&item)) {
    auto report = mapping->ReportOf(std::get<Record>(item), Around());
    if (!report.ok()) {
      faults.push_back(report.status());
      continue;
    }
    intake::v1::SubmitReportRequest request;
    request.set_request_id("import-test");
    *request.mutable_report() = *report;
    EXPECT_OK(validate::Validate(request));
    reports.push_back(*std::move(report));
  }
  ASSERT_THAT(reports, SizeIs(3));
  EXPECT_EQ(reports[0].title(), "Stulen dator på tåget");
  EXPECT_EQ(reports[0].category(), CATEGORY_LOST_DEVICE);
  EXPECT_EQ(reports[0].unit(), "social");
  EXPECT_EQ(reports[0].system(), "journal");
  EXPECT_EQ(reports[0].affected_persons(), 1200);
  EXPECT_EQ(reports[0].origin().key(), "INF-2024-001");
  EXPECT_EQ(reports[0].occurred_time().seconds(), 1709621100);
  EXPECT_THAT(reports[0].description(),
              HasSubstr("Datorn låg i väskan.\nDen var krypterad; lösenordet"));
  EXPECT_THAT(reports[0].description(), HasSubstr("Åtgärd: Spärrad"));
  EXPECT_EQ(reports[1].category(), CATEGORY_MISDIRECTED_MESSAGE);
  EXPECT_EQ(reports[1].unit(), "");
  EXPECT_THAT(reports[1].description(), HasSubstr("Förvaltning: Okänd förvaltning"));
  EXPECT_FALSE(reports[1].has_affected_persons());
  EXPECT_EQ(reports[2].title(), "Systemet låg nere hela förmiddagen.");
  EXPECT_EQ(reports[2].unit(), "it");
  EXPECT_EQ(reports[2].personal_data(), ANSWER_NO);
  ASSERT_THAT(faults, SizeIs(1));
  EXPECT_THAT(faults[0], testing::NamesField("report.occurred_time"));
}

}  // namespace
}  // namespace avvik::cli
