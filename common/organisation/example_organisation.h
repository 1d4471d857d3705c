// A small made-up municipality for tests: two committees, a company and a supplier.
#pragma once

#include <memory>

#include "avvik/organisation/v1/organisation.pb.h"
#include "common/organisation/organisation.h"
#include "google/protobuf/text_format.h"

namespace avvik::organisation {

//   by (municipality)
//   ├── styrelsen (committee, the board) ── it (department)
//   ├── social (committee) ── omsorg (administration) ── hemtjanst (department)
//   ├── energi (company) ── kundtjanst (department)
//   └── drift (supplier)
inline v1::Organisation ExampleOrganisation() {
  v1::Organisation organisation;
  google::protobuf::TextFormat::ParseFromString(
      R"pb(
        tenant: "by"
        name: "Bys kommun"
        country: SE
        time_zone: "Europe/Stockholm"
        languages: "sv"
        languages: "en"
        board: "styrelsen"
        units { id: "by" name: "Bys kommun" type: UNIT_TYPE_MUNICIPALITY }
        units { id: "styrelsen" name: "Kommunstyrelsen" type: UNIT_TYPE_COMMITTEE parent: "by" }
        units { id: "it" name: "It" type: UNIT_TYPE_DEPARTMENT parent: "styrelsen" }
        units { id: "social" name: "Socialnämnden" type: UNIT_TYPE_COMMITTEE parent: "by" }
        units { id: "omsorg" name: "Omsorgen" type: UNIT_TYPE_ADMINISTRATION parent: "social" }
        units { id: "hemtjanst" name: "Hemtjänsten" type: UNIT_TYPE_DEPARTMENT parent: "omsorg" }
        units { id: "energi" name: "By Energi AB" type: UNIT_TYPE_COMPANY parent: "by" }
        units { id: "kundtjanst" name: "Kundtjänst" type: UNIT_TYPE_DEPARTMENT parent: "energi" }
        units { id: "drift" name: "Drift AB" type: UNIT_TYPE_SUPPLIER parent: "by" }
        people {
          login: "cleo"
          name: "Cleo Ek"
          email: "cleo@by.example"
          unit: "it"
          roles { role: INFORMATION_SECURITY_OFFICER }
        }
        people {
          login: "sam"
          name: "Sam Alm"
          email: "sam@by.example"
          unit: "omsorg"
          roles { role: COORDINATOR unit: "omsorg" }
        }
        people {
          login: "siv"
          name: "Siv Alm"
          email: "siv@by.example"
          unit: "social"
          roles { role: COORDINATOR unit: "social" }
          roles { role: INFORMATION_OWNER unit: "social" }
        }
        people {
          login: "root"
          name: "Rut Ros"
          email: "rut@by.example"
          roles { role: COORDINATOR unit: "by" }
          roles { role: AUDITOR }
        }
        people {
          login: "ove"
          name: "Ove Lund"
          email: "ove@by.example"
          language: "en"
          unit: "hemtjanst"
        }
        systems {
          id: "journal"
          name: "Journalen"
          owner: "siv"
          administrator: "ove"
          unit: "omsorg"
          klassa { confidentiality: 3 accuracy: 3 availability: 2 }
          personal_data: true
          supplier: "drift"
        }
        pm3_objects { id: "vard" name: "Vård" systems: "journal" owner: "siv" }
        bodies {
          id: "forum"
          name: "Forum"
          type: BODY_TYPE_FORUM
          members: INFORMATION_SECURITY_OFFICER
          members: IT_SECURITY_OFFICER
          convener: INFORMATION_SECURITY_OFFICER
        }
        routing { id: "system" to: ROUTE_TO_SYSTEM_OWNER }
        routing { id: "unit" units: "social" to: ROUTE_TO_UNIT_COORDINATOR }
        routing { id: "otherwise" to: ROUTE_TO_ROLE role: INFORMATION_SECURITY_OFFICER }
        role_titles { role: COORDINATOR title: "samordnare" }
      )pb",
      &organisation);
  return organisation;
}

// Needs what Check accepts.
inline std::shared_ptr<const Organisation> MakeOrganisation(const v1::Organisation& proto) {
  return *Organisation::Create(proto, 1);
}

}  // namespace avvik::organisation
