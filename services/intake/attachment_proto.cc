#include "services/intake/attachment_proto.h"

#include "common/rpc/time.h"

namespace avvik::intake {

v1::Attachment ToProto(const Attachment& attachment, const std::string& language) {
  v1::Attachment proto;
  proto.set_attachment_id(attachment.id);
  proto.set_report_id(attachment.report_id);
  proto.set_filename(attachment.filename);
  proto.set_media_type(attachment.media_type);
  proto.set_size(attachment.size);
  proto.set_sha256(attachment.sha256);
  proto.set_metadata_removed(attachment.metadata_removed);
  proto.set_state(attachment.state);
  proto.set_refusal(attachment.refusal);
  proto.set_explanation(ExplanationOf(attachment, language));
  *proto.mutable_create_time() = rpc::ToProtoTime(attachment.created);
  return proto;
}

}  // namespace avvik::intake
