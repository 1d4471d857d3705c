#include "common/redis/connection.h"

#include <hiredis/hiredis.h>

#include "common/status/error.h"
#include "common/status/macros.h"

namespace avvik::redis {
namespace {

absl::Status Unavailable(const std::string& text) {
  return status::Error(absl::StatusCode::kUnavailable, "redis: " + text, "REDIS_UNAVAILABLE");
}

}  // namespace

Reply::Reply(redisReply* reply, bool owned) {
  if (owned) {
    reply_.reset(reply, [](redisReply* r) { freeReplyObject(r); });
  } else {
    reply_.reset(reply, [](redisReply*) {});
  }
}

bool Reply::is_error() const { return reply_ != nullptr && reply_->type == REDIS_REPLY_ERROR; }
bool Reply::is_nil() const { return reply_ == nullptr || reply_->type == REDIS_REPLY_NIL; }
bool Reply::is_array() const { return reply_ != nullptr && reply_->type == REDIS_REPLY_ARRAY; }

std::string Reply::text() const {
  if (reply_ == nullptr || reply_->str == nullptr) return "";
  return std::string(reply_->str, reply_->len);
}

int64_t Reply::integer() const {
  return reply_ != nullptr && reply_->type == REDIS_REPLY_INTEGER ? reply_->integer : 0;
}

size_t Reply::size() const { return is_array() ? reply_->elements : 0; }

Reply Reply::operator[](size_t index) const {
  return Reply(reply_->element[index], /*owned=*/false);
}

Connection::Connection(redisContext* context, std::unique_ptr<TlsTunnel> tunnel)
    : tunnel_(std::move(tunnel)), context_(context, redisFree) {}

absl::StatusOr<std::unique_ptr<Connection>> Connection::Open(const Server& server,
                                                             absl::Duration timeout) {
  AVVIK_ASSIGN_OR_RETURN(const Place place, PlaceOf(server));
  const timeval limit = absl::ToTimeval(timeout);
  redisContext* context = nullptr;
  std::unique_ptr<TlsTunnel> tunnel;
  switch (place.kind) {
    case Place::Kind::kSocket:
      context = redisConnectUnixWithTimeout(place.path.c_str(), limit);
      break;
    case Place::Kind::kPlain:
      context = redisConnectWithTimeout(place.host.c_str(), std::atoi(place.port.c_str()), limit);
      break;
    case Place::Kind::kTls: {
      AVVIK_ASSIGN_OR_RETURN(tunnel, TlsTunnel::Open(place.host, place.port, server.tls, timeout));
      context = redisConnectFd(tunnel->TakeNearEnd());
      break;
    }
  }
  if (context == nullptr) return Unavailable("out of memory");
  std::unique_ptr<Connection> connection(new Connection(context, std::move(tunnel)));
  if (context->err != 0) return Unavailable(context->errstr);
  // hiredis 0.14 keeps the connect time-out apart from the one of commands.
  redisSetTimeout(context, limit);
  if (!server.password.empty()) {
    AVVIK_ASSIGN_OR_RETURN(
        const std::vector<Reply> replies,
        connection->Pipeline({{"PING"}, {"AUTH", server.user, server.password}}));
    if (replies[1].is_error()) return Unavailable("does not let us in: " + replies[1].text());
    if (!replies[0].is_error()) return Unavailable("answers also those who do not say who they are");
  }
  return connection;
}

absl::Status Connection::Broken() {
  broken_ = true;
  return Unavailable(context_->err != 0 ? context_->errstr : "connection lost");
}

absl::Status Connection::Append(const std::vector<std::string>& arguments) {
  std::vector<const char*> texts;
  std::vector<size_t> lengths;
  texts.reserve(arguments.size());
  lengths.reserve(arguments.size());
  for (const std::string& argument : arguments) {
    texts.push_back(argument.data());
    lengths.push_back(argument.size());
  }
  if (redisAppendCommandArgv(context_.get(), static_cast<int>(arguments.size()), texts.data(),
                             lengths.data()) != REDIS_OK) {
    return Broken();
  }
  return absl::OkStatus();
}

absl::StatusOr<Reply> Connection::Receive() {
  void* reply = nullptr;
  if (redisGetReply(context_.get(), &reply) != REDIS_OK || reply == nullptr) return Broken();
  return Reply(static_cast<redisReply*>(reply));
}

absl::StatusOr<Reply> Connection::Command(const std::vector<std::string>& arguments) {
  if (broken_) return Broken();
  AVVIK_RETURN_IF_ERROR(Append(arguments));
  return Receive();
}

absl::StatusOr<std::vector<Reply>> Connection::Pipeline(
    const std::vector<std::vector<std::string>>& commands) {
  if (broken_) return Broken();
  for (const auto& command : commands) AVVIK_RETURN_IF_ERROR(Append(command));
  std::vector<Reply> replies;
  replies.reserve(commands.size());
  for (size_t i = 0; i < commands.size(); ++i) {
    AVVIK_ASSIGN_OR_RETURN(Reply reply, Receive());
    replies.push_back(std::move(reply));
  }
  return replies;
}

}  // namespace avvik::redis
