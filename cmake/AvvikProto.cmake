# avvik_proto_library(NAME DEPS target … PROTOS path …): messages and gRPC code for protos named from the
# `proto/` folder, as avvik::NAME. A file without a service gets no gRPC code.
set(AVVIK_PROTO_GEN ${CMAKE_BINARY_DIR}/gen)
file(MAKE_DIRECTORY ${AVVIK_PROTO_GEN})

function(avvik_proto_library name)
  cmake_parse_arguments(ARG "" "ROOT" "DEPS;PROTOS" ${ARGN})
  if(NOT ARG_ROOT)
    set(ARG_ROOT ${CMAKE_SOURCE_DIR}/proto)
  endif()
  set(sources)
  foreach(proto ${ARG_PROTOS})
    string(REGEX REPLACE "\\.proto$" "" stem ${proto})
    set(out ${AVVIK_PROTO_GEN}/${stem}.pb.cc ${AVVIK_PROTO_GEN}/${stem}.pb.h)
    set(flags)
    file(STRINGS ${ARG_ROOT}/${proto} services REGEX "^service ")
    if(services)
      list(APPEND out ${AVVIK_PROTO_GEN}/${stem}.grpc.pb.cc ${AVVIK_PROTO_GEN}/${stem}.grpc.pb.h)
      list(APPEND flags --grpc_out=${AVVIK_PROTO_GEN} --plugin=protoc-gen-grpc=$<TARGET_FILE:gRPC::grpc_cpp_plugin>)
    endif()
    add_custom_command(
      OUTPUT ${out}
      COMMAND protobuf::protoc -I ${CMAKE_SOURCE_DIR}/proto -I ${GOOGLE_PROTO_FILES} --cpp_out=${AVVIK_PROTO_GEN} ${flags} ${proto}
      DEPENDS ${ARG_ROOT}/${proto}
      VERBATIM)
    list(APPEND sources ${out})
  endforeach()
  add_library(avvik_${name} STATIC ${sources})
  target_include_directories(avvik_${name} SYSTEM PUBLIC ${AVVIK_PROTO_GEN})
  target_link_libraries(avvik_${name} PUBLIC ${ARG_DEPS} gRPC::grpc++ protobuf::libprotobuf)
  add_library(avvik::${name} ALIAS avvik_${name})
endfunction()
