#include "common/datafile/datafile.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "avvik/escalation/v1/regime.pb.h"
#include "avvik/intake/v1/report.pb.h"
#include "avvik/organisation/v1/organisation.pb.h"
#include "common/status/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace avvik::datafile {
namespace {

using organisation::v1::Organisation;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

constexpr char kSmall[] = R"yaml(# A municipality of one.
tenant: kalix
name: Kalix kommun
country: SE
time_zone: Europe/Stockholm
languages: [sv, en]
units:
  - id: kalix
    name: Kalix kommun
    type: municipality
    employees: 12
people:
  - login: anna.berg
    name: Anna Berg
    email: anna.berg@kalix.example
    roles:
      - role: COORDINATOR
        unit: kalix
systems:
  - id: journal
    name: Treserva
    owner: anna.berg
    unit: kalix
    klassa: {confidentiality: 3, accuracy: 3}
    personal_data: yes
routing:
  - id: otherwise
    personal_data: no
    to: ROUTE_TO_ROLE
    role: information_security_officer
)yaml";

std::string ErrorOf(const std::string& text, google::protobuf::Message* out) {
  return std::string(Parse(text, "x.yaml", out).message());
}

std::string ErrorOf(const std::string& text) {
  Organisation organisation;
  return ErrorOf(text, &organisation);
}

std::string Replaced(const std::string& from, const std::string& to) {
  std::string text = kSmall;
  size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(Parse, FillsTheMessage) {
  Organisation organisation;
  ASSERT_EQ(Parse(kSmall, "x.yaml", &organisation), absl::OkStatus());
  EXPECT_EQ(organisation.country(), organisation::v1::SE);
  EXPECT_EQ(organisation.languages(1), "en");
  EXPECT_EQ(organisation.units(0).type(), organisation::v1::UNIT_TYPE_MUNICIPALITY);
  EXPECT_EQ(organisation.units(0).employees(), 12);
  EXPECT_EQ(organisation.people(0).roles(0).role(), organisation::v1::COORDINATOR);
  EXPECT_EQ(organisation.systems(0).klassa().accuracy(), 3);
  EXPECT_TRUE(organisation.systems(0).personal_data());
  EXPECT_EQ(organisation.routing(0).personal_data(), type::v1::ANSWER_NO);
  EXPECT_EQ(organisation.routing(0).role(), organisation::v1::INFORMATION_SECURITY_OFFICER);
}

TEST(Parse, TextFieldsTakeWhatTheyAreWritten) {
  for (const char* text : {"no", "0123", "2026-07-01", "1.0", "true", "0x10"}) {
    Organisation organisation;
    ASSERT_EQ(Parse(Replaced("name: Kalix kommun", std::string("name: ") + text), "x.yaml",
                    &organisation),
              absl::OkStatus());
    EXPECT_EQ(organisation.name(), text);
  }
}

TEST(Parse, UnknownKeyNamesItsPlaceAndTheNearestName) {
  EXPECT_EQ(ErrorOf(Replaced("    employees: 12", "    employes: 12")),
            "x.yaml:11:5: units[0].employes: is not known here; did you mean `employees`?");
  EXPECT_EQ(ErrorOf(Replaced("tenant: kalix", "tenant: kalix\nxyzzy: 1")),
            "x.yaml:3:1: xyzzy: is not known here; known are tenant, name, country, time_zone, "
            "languages, "
            "policy, units, people, systems, pm3_objects, bodies, routing, base_url, mail_from, "
            "role_titles, board, stand_ins, group_roles, anonymous_reporting, retention, "
            "office_hours, ladders, "
            "appearance, authority_contacts");
}

TEST(Parse, MisspeltRequiredKeyIsNotAlsoMissing) {
  EXPECT_EQ(ErrorOf(Replaced("    email: anna", "    emial: anna")),
            "x.yaml:15:5: people[0].emial: is not known here; did you mean `email`?");
}

TEST(Parse, WrongTypesSayWhatWouldBeRight) {
  EXPECT_EQ(
      ErrorOf(Replaced("employees: 12", "employees: many")),
      "x.yaml:11:16: units[0].employees: must be a whole number from -2147483648 to 2147483647, is "
      "`many`");
  EXPECT_THAT(ErrorOf(Replaced("employees: 12", "employees: 12.5")),
              HasSubstr("must be a whole number"));
  EXPECT_THAT(ErrorOf(Replaced("employees: 12", "employees: \"12\"")),
              HasSubstr("must be a whole number"));
  EXPECT_THAT(ErrorOf(Replaced("employees: 12", "employees: 99999999999")),
              HasSubstr("whole number"));
  EXPECT_THAT(ErrorOf(Replaced("employees: 12", "employees: [12]")), HasSubstr("is a list"));
  EXPECT_EQ(ErrorOf(Replaced("personal_data: yes", "personal_data: perhaps")),
            "x.yaml:25:20: systems[0].personal_data: must be true or false, is `perhaps`");
  EXPECT_EQ(ErrorOf(Replaced("languages: [sv, en]", "languages: sv")),
            "x.yaml:6:12: languages: must be a list, such as `[…]`");
  EXPECT_EQ(
      ErrorOf(Replaced("klassa: {confidentiality: 3, accuracy: 3}", "klassa: high")),
      "x.yaml:24:13: systems[0].klassa: must be a set of fields, such as `confidentiality: …`");
  EXPECT_EQ(ErrorOf(Replaced("name: Kalix kommun", "name: [Kalix]")),
            "x.yaml:3:7: name: must be text, is a list");
}

TEST(Parse, EnumValuesAreFoundByEitherNameInAnyCase) {
  for (const char* name :
       {"UNIT_TYPE_COMMITTEE", "unit_type_committee", "COMMITTEE", "committee", "Committee"}) {
    Organisation organisation;
    ASSERT_EQ(Parse(Replaced("type: municipality", std::string("type: ") + name), "x.yaml",
                    &organisation),
              absl::OkStatus());
    EXPECT_EQ(organisation.units(0).type(), organisation::v1::UNIT_TYPE_COMMITTEE);
  }
}

TEST(Parse, UnknownEnumValueNamesTheChoicesOrTheNearest) {
  EXPECT_EQ(ErrorOf(Replaced("type: municipality", "type: comittee")),
            "x.yaml:10:11: units[0].type: must be one of MUNICIPALITY, COMMITTEE, ADMINISTRATION, "
            "DEPARTMENT, "
            "COMPANY, SUPPLIER, is `comittee`; did you mean `COMMITTEE`?");
  EXPECT_EQ(ErrorOf(Replaced("type: municipality", "type: 2")),
            "x.yaml:10:11: units[0].type: must be one of MUNICIPALITY, COMMITTEE, ADMINISTRATION, "
            "DEPARTMENT, "
            "COMPANY, SUPPLIER, is `2`");
}

TEST(Parse, KeyGivenTwiceNamesTheFirst) {
  EXPECT_EQ(ErrorOf(Replaced("    employees: 12", "    employees: 12\n    name: Again")),
            "x.yaml:12:5: units[0].name: is given twice, first in line 9");
}

TEST(Parse, RulesOfFieldsComeOutWithTheirLine) {
  EXPECT_EQ(ErrorOf(Replaced("accuracy: 3", "accuracy: 5")),
            "x.yaml:24:44: systems[0].klassa.accuracy: must be from 0 to 4, is 5");
  EXPECT_EQ(ErrorOf(Replaced("    email: anna.berg@kalix.example\n", "")),
            "x.yaml:13:5: people[0].email: is required");
  EXPECT_EQ(ErrorOf(Replaced("languages: [sv, en]", "languages: [sv, no]")),
            "x.yaml:6:17: languages[1]: must be `sv`, `da` or `en`");
}

TEST(Parse, EveryMistakeIsReportedTogetherInTheOrderOfTheFile) {
  std::string text = Replaced("employees: 12", "employees: many");
  text.replace(text.find("login: anna.berg"), 16, "login: Anna Berg");
  text.replace(text.find("country: SE"), 11, "country: NO");
  EXPECT_EQ(
      ErrorOf(text),
      "x.yaml:4:10: country: must be one of SE, DK, is `NO`\n"
      "x.yaml:11:16: units[0].employees: must be a whole number from -2147483648 to 2147483647, is "
      "`many`\n"
      "x.yaml:13:12: people[0].login: must begin with a letter or digit and hold only a-z, 0-9, "
      "`-`, "
      "`_` and `.`");
}

TEST(Parse, ViolationsCarryPathsForPrograms) {
  Organisation organisation;
  absl::Status error = Parse(Replaced("employees: 12", "employees: -1"), "x.yaml", &organisation);
  EXPECT_EQ(error.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status::ReasonOf(error), "INVALID_FILE");
  ASSERT_EQ(status::ViolationsOf(error).size(), 1u);
  EXPECT_EQ(status::ViolationsOf(error)[0].field, "units[0].employees");
  EXPECT_EQ(organisation.ByteSizeLong(), 0u);
}

TEST(Parse, AtMostFiftyMistakesAreListed) {
  std::string text = kSmall;
  for (int i = 0; i < 60; ++i) text += "unknown_" + std::to_string(i) + ": 1\n";
  std::string error = ErrorOf(text);
  EXPECT_EQ(std::count(error.begin(), error.end(), '\n'), 50);
  EXPECT_THAT(error, HasSubstr("x.yaml: and 10 more"));
}

TEST(Parse, BadItemKeepsItsPlaceInTheList) {
  std::string text = Replaced("units:\n", "units:\n  - just text\n  - null\n");
  text.replace(text.find("employees: 12"), 13, "employees: -1");
  EXPECT_EQ(ErrorOf(text),
            "x.yaml:8:5: units[0]: must be a set of fields, such as `id: …`\n"
            "x.yaml:9:5: units[1]: must not be empty\n"
            "x.yaml:13:16: units[2].employees: must be from 0 to 1000000, is -1");
}

TEST(Parse, OnlyOneMemberOfAOneofIsTaken) {
  escalation::v1::Clock clock;
  EXPECT_EQ(ErrorOf("hours: 72\nfrom: aware\nmonths: 1\n", &clock),
            "x.yaml:3:1: months: must not stand beside `hours`: only one of them can be given");
}

TEST(Parse, TimesAreRfc3339) {
  intake::v1::Origin origin;
  ASSERT_EQ(Parse("register: old\nkey: '7'\nreported_time: 2026-07-01T09:00:00+02:00\n", "x.yaml",
                  &origin),
            absl::OkStatus());
  EXPECT_EQ(origin.reported_time().seconds(), 1782889200);
  EXPECT_THAT(ErrorOf("register: old\nkey: '7'\nreported_time: yesterday\n", &origin),
              StartsWith("x.yaml:3:16: reported_time: must be a time, such as"));
}

TEST(Parse, NullLeavesAFieldUnset) {
  Organisation organisation;
  ASSERT_EQ(Parse(Replaced("klassa: {confidentiality: 3, accuracy: 3}", "klassa:"), "x.yaml",
                  &organisation),
            absl::OkStatus());
  EXPECT_FALSE(organisation.systems(0).has_klassa());
}

TEST(Parse, ValuesOfSensitiveFieldsAreNotEchoed) {
  EXPECT_THAT(ErrorOf(Replaced("email: anna.berg@kalix.example", "email: secret at home")),
              Not(HasSubstr("secret")));
}

TEST(Parse, CheckRunsWhenAllElseIsWellAndItsPathsGetLines) {
  Organisation organisation;
  auto check = [&] {
    EXPECT_EQ(organisation.tenant(), "kalix");
    return status::InvalidFields(
        {{"systems[0].supplier", "must exist"}, {"people[0].roles[0].unit", "odd"}});
  };
  EXPECT_EQ(Parse(kSmall, "x.yaml", &organisation, check).message(),
            "x.yaml:18:15: people[0].roles[0].unit: odd\n"
            "x.yaml:20:5: systems[0].supplier: must exist");
  bool ran = false;
  auto never = [&] {
    ran = true;
    return absl::OkStatus();
  };
  EXPECT_FALSE(Parse("tenant: 1", "x.yaml", &organisation, never).ok());
  EXPECT_FALSE(ran);
}

TEST(Load, TellsWhatIsWrongWithTheFile) {
  Organisation organisation;
  absl::Status missing = Load("/nonexistent/x.yaml", &organisation);
  EXPECT_EQ(missing.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(missing.message(), "/nonexistent/x.yaml: no such file");
  absl::Status directory = Load("/", &organisation);
  EXPECT_EQ(directory.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(directory.message(), "/: cannot be read: it is a directory");
}

TEST(Load, ReadsAFile) {
  char path[] = "/tmp/avvik_datafile_XXXXXX";
  ASSERT_NE(mkdtemp(path), nullptr);
  std::string file = std::string(path) + "/kalix.yaml";
  std::ofstream(file) << kSmall;
  Organisation organisation;
  EXPECT_EQ(Load(file, &organisation), absl::OkStatus());
  std::ofstream(file) << "tenant: kalix\nnmae: x\n";
  EXPECT_THAT(std::string(Load(file, &organisation).message()),
              HasSubstr(file + ":2:1: nmae: is not known"));
  std::filesystem::remove_all(path);
}

}  // namespace
}  // namespace avvik::datafile
