// A program of its own, because it counts what the whole process allocates.
#include <atomic>
#include <cstdlib>
#include <new>

#include "avvik/intake/v1/intake.pb.h"
#include "common/validate/validate.h"
#include "gtest/gtest.h"

namespace {
std::atomic<long> allocations{0};
}  // namespace

[[gnu::noinline]] void* operator new(size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, size_t) noexcept { std::free(memory); }

namespace avvik::validate {
namespace {

TEST(Validate, GoodMessageOfAKnownTypeAllocatesNothing) {
  intake::v1::SubmitReportRequest request;
  request.set_request_id("0192d3a4-5b6c-7d8e-9f01-23456789abcd");
  auto* report = request.mutable_report();
  report->set_title("Bärbar dator borta, med journaler i klartext på disken");
  report->set_description(std::string(5000, 'x') + "\n");
  report->set_category(type::v1::CATEGORY_LOST_DEVICE);
  report->set_unit("home-care");
  report->set_language("sv");
  report->mutable_occurred_time()->set_seconds(1795000000);
  report->set_affected_persons(12);
  ASSERT_TRUE(Validate(request).ok());
  long before = allocations;
  bool good = true;
  for (int i = 0; i < 1000; ++i) good = good && Validate(request).ok();
  EXPECT_EQ(allocations, before);
  EXPECT_TRUE(good);
}

}  // namespace
}  // namespace avvik::validate
