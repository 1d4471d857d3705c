// Turns a tree into a message, and remembers where each field stood.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "common/datafile/tree.h"
#include "google/protobuf/message.h"

namespace avvik::datafile {

struct Mistake {
  Position at;
  std::string path;  // In proto field names; empty for the file as a whole.
  std::string what;
};

class Converter {
 public:
  // Fills `*out` as far as the tree fits it; the rest is in mistakes().
  void Convert(const Value& root, google::protobuf::Message* out);

  const std::vector<Mistake>& mistakes() const { return mistakes_; }

  // Where the field at `path` stands, or the nearest thing around it.
  Position PositionOf(const std::string& path) const;

  // Whether a mistake was found at `path` or around it, so that more words about it would not help.
  bool IsSpoilt(const std::string& path) const;

 private:
  using Field = google::protobuf::FieldDescriptor;
  using Message = google::protobuf::Message;

  void FillMessage(const Value& value, Message* out, const std::string& path, int depth);
  void FillField(const Entry& entry, const Field* field, Message* out, const std::string& path,
                 int depth);
  void FillList(const Value& value, const Field* field, Message* out, const std::string& path,
                int depth);
  void FillProtoMap(const Value& value, const Field* field, Message* out, const std::string& path,
                    int depth);
  // Sets the field, or adds to it when it is repeated.
  void FillOne(const Value& value, const Field* field, Message* out, const std::string& path,
               int depth);
  bool IsNewOneofMember(const Entry& entry, const Field* field, const Message& out,
                        const std::string& path);
  void UnknownKey(const Entry& entry, const google::protobuf::Descriptor* type,
                  const std::string& path);
  void Add(Position at, const std::string& path, const std::string& what);
  // Counts a value; false, with a mistake, when there were too many.
  bool Count(const Value& value, const std::string& path);

  std::vector<Mistake> mistakes_;
  std::unordered_map<std::string, Position> positions_;
  std::unordered_map<std::string, bool> spoilt_;
  size_t values_ = 0;
};

}  // namespace avvik::datafile
