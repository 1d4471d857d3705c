// Build tool: `avvik-openapi SET VERSION JSON CODE` describes the API in a descriptor set as
// OpenAPI, once as a file and once as code for openapi_document.h.

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include <fstream>
#include <iostream>

#include "services/gateway/openapi.h"

namespace {

// Compilers take string literals of any length in pieces.
constexpr size_t kPiece = 8000;

int Fail(const std::string& why) {
  std::cerr << "avvik-openapi: " << why << "\n";
  return 1;
}

void WriteCode(const std::string& document, std::ostream& out) {
  out << "#include \"services/gateway/openapi_document.h\"\n\nnamespace avvik::gateway {\n\n"
         "std::string_view OpenApiDocument() {\n  return";
  for (size_t at = 0; at < document.size(); at += kPiece) {
    out << "\n      R\"avvik(" << document.substr(at, kPiece) << ")avvik\"";
  }
  out << ";\n}\n\n}  // namespace avvik::gateway\n";
}

}  // namespace

int main(int argc, char** argv) {
  using namespace avvik::gateway;
  if (argc != 5) return Fail("takes SET VERSION JSON CODE");
  std::ifstream input(argv[1], std::ios::binary);
  google::protobuf::FileDescriptorSet set;
  if (!set.ParseFromIstream(&input)) return Fail(std::string("cannot read ") + argv[1]);
  google::protobuf::DescriptorPool pool;
  std::vector<const google::protobuf::FileDescriptor*> files;
  for (const auto& proto : set.file()) {
    files.push_back(pool.BuildFile(proto));
    if (files.back() == nullptr) return Fail("cannot build " + proto.name());
  }
  const auto routes = RouteTable::Build(files);
  if (!routes.ok()) return Fail(std::string(routes.status().message()));
  const std::string document = DescribeApi(*routes, argv[2]).dump();
  std::ofstream json(argv[3]);
  json << document << "\n";
  std::ofstream code(argv[4]);
  WriteCode(document, code);
  return json.flush() && code.flush() ? 0 : Fail("cannot write");
}
