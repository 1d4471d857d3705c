#include "services/gateway/sign_in/sign_in_page.h"

#include "services/gateway/http_error.h"

namespace avvik::gateway {
namespace {

// Only the reason and the trace id are filled in; neither holds anything that a request said.
constexpr char kPage[] = R"html(<!doctype html>
<html lang="sv">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Avvik</title>
<link rel="stylesheet" href="/style.css">
</head>
<body>
<main class="page">
<h1>Inloggningen lyckades inte</h1>
<p>Det kan bero på att den tog för lång tid eller gjordes i en annan flik.</p>
<p lang="da">Det lykkedes ikke at logge ind. Det kan skyldes, at det tog for lang tid eller skete i en anden fane.</p>
<p lang="en">Signing in did not work. It may have taken too long, or have been done in another tab.</p>
<p><a href="/sign-in">Försök igen</a> · <a lang="da" href="/sign-in">Prøv igen</a> · <a lang="en" href="/sign-in">Try again</a></p>
<p><code>)html";

}  // namespace

HttpResponse SignInFailed(const absl::Status& status, std::string_view accept, const Trace& trace) {
  Problem problem = ProblemOf(status, trace.id);
  if (problem.status == 401) problem.status = 400;
  if (accept.find("text/html") == std::string_view::npos) return ToResponse(problem);
  HttpResponse response = ToResponse(problem);
  response.content_type = "text/html; charset=utf-8";
  std::erase_if(response.headers,
                [](const HttpHeader& header) { return header.name == "Content-Disposition"; });
  response.body =
      kPage + problem.reason + " " + trace.id + "</code></p>\n</main>\n</body>\n</html>\n";
  return response;
}

}  // namespace avvik::gateway
