// Every call × every role × every sphere: what the decision says with the catalogue that is
// shipped, as a table in docs/rights.md, and what must hold of it. `AVVIK_RENEW=1` writes the table
// anew.
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "avvik/options/v1/access.pb.h"
#include "common/organisation/api_files.h"
#include "common/organisation/example_organisation.h"
#include "common/organisation/rights.h"
#include "google/api/annotations.pb.h"
#include "gtest/gtest.h"

namespace avvik::organisation {
namespace {

constexpr char kMe[] = "p_me";

std::string Root() {
  const char* root = std::getenv("AVVIK_SOURCE_DIR");
  return root != nullptr ? root : ".";
}

struct Method {
  std::string service;
  std::string name;
  std::string permission;
  bool offered = false;  // By the gateway.
};

std::vector<Method> Methods() {
  std::vector<Method> methods;
  for (const auto* file : ServiceFiles()) {
    for (int s = 0; s < file->service_count(); ++s) {
      for (int m = 0; m < file->service(s)->method_count(); ++m) {
        const auto* method = file->service(s)->method(m);
        methods.push_back({file->service(s)->full_name(), method->name(),
                           method->options().GetExtension(options::v1::access).permission(),
                           method->options().HasExtension(google::api::http)});
      }
    }
  }
  return methods;
}

std::vector<v1::Role> RolesThereAre() {
  std::vector<v1::Role> roles;
  for (int i = 1; i < v1::Role_descriptor()->value_count(); ++i) {
    roles.push_back(static_cast<v1::Role>(v1::Role_descriptor()->value(i)->number()));
  }
  return roles;
}

// Whether the permission is about cases or what follows them.
bool IsAboutMatters(const std::string& permission) {
  static const std::set<std::string> areas = {"reports", "cases", "duties", "notices", "figures"};
  return areas.count(permission.substr(0, permission.find('.'))) == 1 &&
         permission != "reports.submit" && permission != "reports.import" &&
         permission != "reports.relay" && permission != "cases.handover";
}

// How far somebody reaches who holds the role for the unit `omsorg`.
enum class Far { kNowhere, kOwn, kUnit, kEverything };

class Table {
 public:
  Table()
      : catalogue_(*RoleCatalogue::Load(Root() + "/deploy/roles.yaml")),
        organisation_(MakeOrganisation(ExampleOrganisation())) {}

  bool Grants(v1::Role role, const std::string& permission) const {
    return catalogue_.ReachOf(role, permission) != v1::REACH_UNSPECIFIED;
  }
  Far Reach(v1::Role role, const std::string& permission, Sphere sphere) const {
    if (Allows(role, permission, {"energi", sphere, {"p_other"}})) return Far::kEverything;
    if (Allows(role, permission, {"hemtjanst", sphere, {"p_other"}})) return Far::kUnit;
    if (Allows(role, permission, {"energi", sphere, {"p_other", kMe}})) return Far::kOwn;
    return Far::kNowhere;
  }

 private:
  bool Allows(v1::Role role, const std::string& permission, const Matter& matter) const {
    const Rights rights{.roles = {{role, "omsorg"}}, .keys = {kMe}, .absent = {}};
    return Judge(catalogue_, organisation_.get(), rights, permission, matter).allowed();
  }

  const RoleCatalogue catalogue_;
  const std::shared_ptr<const Organisation> organisation_;
};

const char* WordOf(Far far) {
  switch (far) {
    case Far::kEverything:
      return "everything";
    case Far::kUnit:
      return "unit";
    case Far::kOwn:
      return "own";
    case Far::kNowhere:
      break;
  }
  return "-";
}

std::string Document(const Table& table) {
  std::ostringstream out;
  out << "# Who may what\n\n"
         "Drawn from the protos, `deploy/roles.yaml` and the decision in "
         "`common/organisation/rights.cc`\n"
         "by `common/organisation/rights_document_test.cc`: run `deploy_files_test` with "
         "`AVVIK_RENEW=1` to draw\n"
         "it anew. A role that is not listed for a call is denied it.\n\n"
         "*own*: what the caller reported, owns, is drawn in to or named in; *unit*: also what "
         "lies in the units the\n"
         "role is held for, and below; *everything*: the whole municipality. Unit means everything "
         "when the role is\n"
         "held for the whole municipality. A report is changed by the one who made it only. "
         "Figures leave out what\n"
         "is only one's own. Two municipalities never see anything of each other.\n";
  std::string service;
  for (const Method& method : Methods()) {
    if (method.service != service) {
      service = method.service;
      out << "\n## " << service << "\n";
    }
    out << "\n### " << method.name << ": `" << method.permission << "`\n\n";
    if (!IsAboutMatters(method.permission)) {
      std::string roles;
      for (const v1::Role role : RolesThereAre()) {
        if (!table.Grants(role, method.permission)) continue;
        roles += (roles.empty() ? "" : ", ") + v1::Role_Name(role);
      }
      out << roles << "\n";
      continue;
    }
    out << "| role | open | personal data | restricted | security protection |\n"
           "| --- | --- | --- | --- | --- |\n";
    for (const v1::Role role : RolesThereAre()) {
      if (!table.Grants(role, method.permission)) continue;
      out << "| " << v1::Role_Name(role);
      for (const Sphere sphere : kSpheres) {
        out << " | " << WordOf(table.Reach(role, method.permission, sphere));
      }
      out << " |\n";
    }
  }
  return out.str();
}

TEST(RightsDocument, IsWhatTheDecisionSays) {
  const std::string path = Root() + "/docs/rights.md";
  const std::string drawn = Document(Table());
  if (std::getenv("AVVIK_RENEW") != nullptr) std::ofstream(path) << drawn;
  std::ifstream file(path);
  std::stringstream kept;
  kept << file.rdbuf();
  EXPECT_TRUE(kept.str() == drawn)
      << path << " is not up to date: run this test with AVVIK_RENEW=1 and read what changed";
}

TEST(RightsTable, WhoeverIsNotGrantedACallReachesNothingByIt) {
  const Table table;
  for (const Method& method : Methods()) {
    bool somebody = false;
    for (const v1::Role role : RolesThereAre()) {
      somebody |= table.Grants(role, method.permission);
      for (const Sphere sphere : kSpheres) {
        const Far far = table.Reach(role, method.permission, sphere);
        EXPECT_EQ(far == Far::kNowhere, !table.Grants(role, method.permission))
            << method.name << " " << v1::Role_Name(role) << " " << type::v1::Sphere_Name(sphere);
      }
    }
    EXPECT_TRUE(somebody) << method.name << " is granted to nobody";
  }
}

TEST(RightsTable, ClosedSpheresAreReachedByTheirRolesOnly) {
  const Table table;
  for (const Method& method : Methods()) {
    if (!IsAboutMatters(method.permission)) continue;
    for (const v1::Role role : RolesThereAre()) {
      const Far restricted = table.Reach(role, method.permission, type::v1::SPHERE_RESTRICTED);
      const Far security =
          table.Reach(role, method.permission, type::v1::SPHERE_SECURITY_PROTECTION);
      if (role != v1::DATA_PROTECTION_OFFICER) {
        EXPECT_LE(restricted, Far::kOwn) << method.name << " " << v1::Role_Name(role);
      }
      if (role != v1::SECURITY_PROTECTION_CHIEF) {
        EXPECT_LE(security, Far::kOwn) << method.name << " " << v1::Role_Name(role);
      }
    }
  }
}

// What the gateway offers is gone through from outside, by tests/end_to_end/leaks.test.mjs.
TEST(RightsTable, WhatTheGatewayDoesNotOfferIsForServicesOnly) {
  const Table table;
  int offered = 0;
  for (const Method& method : Methods()) {
    if (method.offered) {
      ++offered;
      // The gateway's own token counts beside its certificate, as whoever brings it to the front
      // door comes.
      EXPECT_FALSE(table.Grants(v1::SERVICE, method.permission)) << method.name;
      continue;
    }
    for (const v1::Role role : RolesThereAre()) {
      EXPECT_EQ(table.Grants(role, method.permission), role == v1::SERVICE)
          << method.name << " " << v1::Role_Name(role);
    }
  }
  EXPECT_GT(offered, 30);
}

// A right to change or tell something that one cannot read would be a way to learn of it.
TEST(RightsTable, WhoMayHandleMayRead) {
  const Table table;
  const std::map<std::string, std::string> reads = {{"cases.handle", "cases.read"},
                                                    {"cases.restrict", "cases.read"},
                                                    {"cases.readers", "cases.read"},
                                                    {"cases.hold", "cases.read"},
                                                    {"cases.erase", "cases.read"},
                                                    {"reports.reveal", "reports.read"},
                                                    {"notices.retry", "notices.read"},
                                                    {"duties.handle", "duties.read"},
                                                    {"duties.decide", "duties.read"},
                                                    {"reports.supplement", "reports.read"}};
  for (const auto& [change, read] : reads) {
    for (const v1::Role role : RolesThereAre()) {
      for (const Sphere sphere : kSpheres) {
        EXPECT_LE(table.Reach(role, change, sphere), table.Reach(role, read, sphere))
            << change << " " << v1::Role_Name(role) << " " << type::v1::Sphere_Name(sphere);
      }
    }
  }
}

}  // namespace
}  // namespace avvik::organisation
