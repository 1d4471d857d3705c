// Built into programs with ThreadSanitizer only. Debian's libgrpc is not instrumented, so what it
// hands from the thread that starts a call to the thread that ends it looks unordered. Reports that
// pass through its callbacks are therefore left out; all others count.
extern "C" const char* __tsan_default_suppressions() {
  return "race:grpc::internal::Callback\n"
         "race:grpc::internal::CallOpSet\n"
         "race:grpc::internal::ClientCallback\n"
         "race:grpc::internal::InterceptorBatchMethodsImpl\n"
         "race:grpc::Server::CallbackRequest\n";
}
