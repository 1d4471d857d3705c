#include "common/organisation/diff.h"

#include <functional>

#include "common/organisation/example_organisation.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace avvik::organisation {

void PrintTo(const Change& change, std::ostream* out) {
  *out << change.subject
       << (change.kind == ChangeKind::kAdded     ? " added"
           : change.kind == ChangeKind::kRemoved ? " removed"
                                                 : " changed");
}

namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<Change> DiffAfter(const std::function<void(v1::Organisation*)>& act) {
  v1::Organisation changed = ExampleOrganisation();
  act(&changed);
  return Diff(ExampleOrganisation(), changed);
}

TEST(Diff, EqualOrganisationsDifferInNothing) {
  EXPECT_THAT(Diff(ExampleOrganisation(), ExampleOrganisation()), IsEmpty());
}

TEST(Diff, OrderOfEntriesAndOfWhatTheyListDoesNotMatter) {
  EXPECT_THAT(DiffAfter([](v1::Organisation* o) {
                o->mutable_units()->SwapElements(1, 8);
                o->mutable_people()->SwapElements(0, 3);
                o->mutable_people(2)->mutable_roles()->SwapElements(0, 1);
                o->mutable_bodies(0)->mutable_members()->SwapElements(0, 1);
              }),
              IsEmpty());
}

TEST(Diff, EntriesAreAddedChangedAndRemoved) {
  EXPECT_THAT(DiffAfter([](v1::Organisation* o) {
                o->mutable_units()->DeleteSubrange(8, 1);
                o->mutable_units(2)->set_name("Digitalisering");
                o->add_units()->set_id("bibliotek");
              }),
              ElementsAre(Change{"units/bibliotek", ChangeKind::kAdded},
                          Change{"units/drift", ChangeKind::kRemoved},
                          Change{"units/it", ChangeKind::kChanged}));
}

TEST(Diff, EveryListIsKnownByItsKey) {
  EXPECT_THAT(DiffAfter([](v1::Organisation* o) {
                o->mutable_people(0)->add_roles()->set_role(v1::AUDITOR);
                o->mutable_systems(0)->mutable_klassa()->set_accuracy(1);
                o->mutable_pm3_objects(0)->clear_systems();
                o->mutable_bodies(0)->clear_convener();
                o->mutable_routing(0)->set_draw_in(true);
                o->mutable_role_titles(0)->set_title("ISAM");
              }),
              ElementsAre(Change{"people/cleo"}, Change{"systems/journal"},
                          Change{"pm3_objects/vard"}, Change{"bodies/forum"},
                          Change{"routing/system"}, Change{"role_titles/COORDINATOR"}));
}

TEST(Diff, WhatStandsAloneIsNamedByItsField) {
  EXPECT_THAT(DiffAfter([](v1::Organisation* o) {
                o->set_name("By");
                o->set_country(v1::DK);
                o->set_base_url("https://avvik.by.example");
                o->clear_board();
              }),
              ElementsAre(Change{"name"}, Change{"country"}, Change{"base_url"}, Change{"board"}));
}

TEST(Diff, OrderOfLanguagesMatters) {
  EXPECT_THAT(DiffAfter([](v1::Organisation* o) { o->mutable_languages()->SwapElements(0, 1); }),
              ElementsAre(Change{"languages"}));
}

TEST(Diff, OrderOfRoutingRulesMatters) {
  EXPECT_THAT(DiffAfter([](v1::Organisation* o) { o->mutable_routing()->SwapElements(0, 1); }),
              ElementsAre(Change{"routing"}));
  EXPECT_THAT(DiffAfter([](v1::Organisation* o) { o->mutable_routing()->DeleteSubrange(0, 1); }),
              ElementsAre(Change{"routing/system", ChangeKind::kRemoved}));
}

TEST(Diff, NoFieldOfAnOrganisationIsOverlooked) {
  const auto* type = v1::Organisation::descriptor();
  for (int i = 0; i < type->field_count(); ++i) {
    v1::Organisation one = ExampleOrganisation();
    v1::Organisation other = one;
    one.GetReflection()->ClearField(&one, type->field(i));
    if (one.SerializeAsString() == other.SerializeAsString()) continue;
    EXPECT_FALSE(Diff(one, other).empty()) << type->field(i)->name();
    EXPECT_FALSE(Diff(other, one).empty()) << type->field(i)->name();
  }
}

TEST(Diff, OrderOfTheStepsOfALadderMatters) {
  v1::Organisation from = ExampleOrganisation();
  v1::Ladder* ladder = from.add_ladders();
  ladder->set_id("all");
  ladder->add_steps()->set_tell(v1::LADDER_TELL_OWNER);
  ladder->add_steps()->set_wait_minutes(60);
  v1::Organisation to = from;
  EXPECT_THAT(Diff(from, to), testing::IsEmpty());
  to.mutable_ladders(0)->mutable_steps()->SwapElements(0, 1);
  EXPECT_THAT(Diff(from, to), testing::ElementsAre(Change{"ladders/all", ChangeKind::kChanged}));
}

TEST(Diff, OrderOfWhatIsTriedFromTheTopMatters) {
  v1::Organisation from = ExampleOrganisation();
  for (const char* id : {"one", "two"}) {
    from.add_ladders()->set_id(id);
    from.add_retention()->set_id(id);
  }
  v1::Organisation to = from;
  to.mutable_ladders()->SwapElements(0, 1);
  to.mutable_retention()->SwapElements(0, 1);
  EXPECT_THAT(Diff(from, to), testing::ElementsAre(Change{"retention", ChangeKind::kChanged},
                                                   Change{"ladders", ChangeKind::kChanged}));
}

}  // namespace
}  // namespace avvik::organisation
