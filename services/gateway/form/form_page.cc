#include "services/gateway/form/form_page.h"

#include <algorithm>
#include <array>
#include <map>

#include "absl/strings/str_cat.h"
#include "services/gateway/words.h"

namespace avvik::gateway {
namespace {

struct Field {
  const char* name;
  Words label;
  Words hint;
  Words wrong;
};

constexpr Words kTitle = {"Rapportera en avvikelse", "Indberet en afvigelse", "Report a deviation"};
constexpr Words kIntro = {
    "Berätta vad som hände. Sidan fungerar utan skript. Filer kan bara skickas med skript på; har du ett kvitto kan du "
    "bifoga dem efteråt.",
    "Fortæl, hvad der skete. Siden virker uden scripts. Filer kan kun sendes med scripts slået til; har du en "
    "kvittering, kan du vedhæfte dem bagefter.",
    "Tell what happened. This page works without scripts. Files can only be sent with scripts on; with a receipt you "
    "can attach them afterwards."};
constexpr Words kSend = {"Skicka", "Send", "Send"};
constexpr Words kErrors = {"Rätta det här och skicka igen:", "Ret dette, og send igen:",
                           "Correct this and send again:"};

constexpr Field kWhat = {"what",
                         {"Vad hände?", "Hvad skete der?", "What happened?"},
                         {"Skriv inga fler personuppgifter än som behövs.",
                          "Skriv ikke flere personoplysninger end nødvendigt.",
                          "Write no more personal data than is needed."},
                         {"Skriv vad som hände, högst 19 000 tecken.",
                          "Skriv, hvad der skete, højst 19.000 tegn.",
                          "Write what happened, at most 19,000 characters."}};
constexpr Field kWhen = {
    "when",
    {"När?", "Hvornår?", "When?"},
    {"Till exempel 2026-03-01 14:30, eller med ord.", "For eksempel 2026-03-01 14:30, eller med ord.",
     "For example 2026-03-01 14:30, or in words."},
    {"Tiden får inte ligga i framtiden.", "Tiden må ikke ligge i fremtiden.",
     "The time must not be in the future."}};
constexpr Field kWhere = {"where",
                          {"Var?", "Hvor?", "Where?"},
                          {"Enhet, skola, arbetsplats.", "Enhed, skole, arbejdsplads.",
                           "Unit, school, workplace."},
                          {"Skriv var, högst 200 tecken.", "Skriv hvor, højst 200 tegn.",
                           "Write where, at most 200 characters."}};
constexpr Field kSystem = {"system",
                           {"Vilket system?", "Hvilket system?", "Which system?"},
                           {"Om något system berörs.", "Hvis et system er berørt.",
                            "If a system is concerned."},
                           {"Skriv vilket system, högst 200 tecken.",
                            "Skriv hvilket system, højst 200 tegn.",
                            "Write which system, at most 200 characters."}};
constexpr Field kTenant = {
    "tenant",
    {"Kommun", "Kommune", "Municipality"},
    {"Kommunens kortnamn, till exempel kalix. Behövs bara för den som rapporterar anonymt.",
     "Kommunens korte navn, for eksempel kalundborg. Kun nødvendigt ved anonym indberetning.",
     "The municipality's short name, such as kalix. Needed for anonymous reports only."},
    {"Skriv kommunens kortnamn.", "Skriv kommunens korte navn.",
     "Write the municipality's short name."}};

struct Choice {
  const char* value;
  Words label;
};

constexpr Words kAsLabel = {"Hur vill du rapportera?", "Hvordan vil du indberette?",
                            "How do you want to report?"};
constexpr Words kAsWrong = {"Välj hur du vill rapportera.", "Vælg, hvordan du vil indberette.",
                            "Choose how you want to report."};
constexpr std::array<Choice, 3> kAs = {{
    {"named",
     {"Med mitt namn (inloggad)", "Med mit navn (logget ind)", "With my name (signed in)"}},
    {"confidential",
     {"Konfidentiellt: handläggare ser inte mitt namn (inloggad)",
      "Fortroligt: sagsbehandlere ser ikke mit navn (logget ind)",
      "Confidentially: handlers do not see my name (signed in)"}},
    {"anonymous",
     {"Anonymt: ingen vet vem jag är", "Anonymt: ingen ved, hvem jeg er",
      "Anonymously: nobody knows who I am"}},
}};

struct Question {
  const char* name;
  Words label;
};
constexpr std::array<Question, 3> kQuestions = {{
    {"personal_data",
     {"Berörs personuppgifter?", "Er personoplysninger berørt?", "Is personal data concerned?"}},
    {"national_security",
     {"Kan det röra Sveriges säkerhet? (Då sparas inget av det du skriver här.)",
      "Kan det angå statens sikkerhed? (Så gemmes intet af det, du skriver her.)",
      "May it concern national security? (Then nothing that you write here is kept.)"}},
    {"ongoing", {"Pågår det fortfarande?", "Foregår det stadig?", "Does it go on still?"}},
}};
constexpr std::array<Choice, 3> kAnswers = {{{"", {"Vet inte", "Ved ikke", "Do not know"}},
                                             {"yes", {"Ja", "Ja", "Yes"}},
                                             {"no", {"Nej", "Nej", "No"}}}};

constexpr Words kBadChoice = {"Välj ett av alternativen.", "Vælg en af mulighederne.",
                              "Choose one of the answers."};
constexpr Words kBadForm = {"Något i formuläret kunde inte tas emot.",
                            "Noget i formularen kunne ikke modtages.",
                            "Something in the form could not be taken."};

Words TroubleWords(FormTrouble trouble) {
  switch (trouble) {
    case FormTrouble::kFiles:
      return {"Filen kunde inte tas emot här: filer kräver skript. Skicka utan filen; den kan bifogas efteråt.",
              "Filen kunne ikke modtages her: filer kræver scripts. Send uden filen; den kan vedhæftes bagefter.",
              "The file could not be taken here: files need scripts. Send without the file; it can be attached "
              "afterwards."};
    case FormTrouble::kSignIn:
      return {"Du är inte inloggad. Logga in i en annan flik och skicka igen, eller rapportera anonymt. Det du skrivit "
              "står kvar här.",
              "Du er ikke logget ind. Log ind i en anden fane, og send igen, eller indberet anonymt. Det, du har "
              "skrevet, står her stadig.",
              "You are not signed in. Sign in in another tab and send again, or report anonymously. What you wrote is "
              "still here."};
    case FormTrouble::kNoAnonymous:
      return {"Kommunen är inte känd här, eller tar inte emot anonyma rapporter.",
              "Kommunen er ikke kendt her eller modtager ikke anonyme indberetninger.",
              "The municipality is not known here, or takes no anonymous reports."};
    case FormTrouble::kBusy:
      return {"Det gick inte just nu. Ingenting är skickat; försök igen om en stund.",
              "Det lykkedes ikke lige nu. Intet er sendt; prøv igen om lidt.",
              "It did not work just now. Nothing was sent; try again in a moment."};
    case FormTrouble::kDenied:
      return {"Ditt konto får inte rapportera. Du kan rapportera anonymt.",
              "Din konto må ikke indberette. Du kan indberette anonymt.",
              "Your account may not report. You can report anonymously."};
    case FormTrouble::kOtherReport:
      return {"En rapport har redan skickats med det här formuläret. Skicka igen om det här är en annan.",
              "Der er allerede sendt en indberetning med denne formular. Send igen, hvis dette er en anden.",
              "A report was already sent with this form. Send again if this is another one."};
    case FormTrouble::kNone:
    case FormTrouble::kFields:
      break;
  }
  return {"", "", ""};
}

std::string Escaped(std::string_view text) {
  std::string html;
  html.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        html += "&amp;";
        break;
      case '<':
        html += "&lt;";
        break;
      case '>':
        html += "&gt;";
        break;
      case '"':
        html += "&quot;";
        break;
      case '\'':
        html += "&#39;";
        break;
      default:
        html += c;
    }
  }
  return html;
}

// The whole page; `main` is HTML.
std::string Page(const std::string& language, const std::string& title, const std::string& main) {
  return absl::StrCat(
      "<!doctype html>\n<html lang=\"", language,
      "\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      // So that a browser says where the form is sent from.
      "<meta name=\"referrer\" content=\"same-origin\">\n<title>",
      Escaped(title),
      " – Avvik</title>\n<link rel=\"stylesheet\" href=\"/style.css\">\n</head>\n<body>\n"
      "<main class=\"page\">\n<h1>",
      Escaped(title), "</h1>\n", main, "</main>\n</body>\n</html>\n");
}

// The form being written.
class FormWriter {
 public:
  FormWriter(const ReportDraft& draft, const WrongFields& wrong) : draft_(draft), wrong_(wrong) {}

  std::string Say(const Words& words) const { return Escaped(words.In(draft_.language)); }

  bool IsWrong(const char* name) const {
    return std::find(wrong_.begin(), wrong_.end(), name) != wrong_.end();
  }

  void Hidden(const char* name, const std::string& value) {
    if (value.empty()) return;
    absl::StrAppend(&html_, "<input type=\"hidden\" name=\"", name, "\" value=\"", Escaped(value),
                    "\">\n");
  }

  void Text(const Field& field, const std::string& value) {
    Label(field);
    absl::StrAppend(&html_, "<input", Attributes(field, 200), " type=\"text\" value=\"",
                    Escaped(value), "\"></p>\n");
  }

  void Area(const Field& field, const std::string& value) {
    Label(field);
    // The first line feed within is the browser's.
    absl::StrAppend(&html_, "<textarea", Attributes(field, 19000), " rows=\"8\" required>\n",
                    Escaped(value), "</textarea></p>\n");
  }

  template <size_t N>
  void Radios(const char* name, const Words& label, const std::array<Choice, N>& choices,
              const std::string& chosen, const Words& wrong) {
    absl::StrAppend(&html_, "<fieldset id=\"", name, "\"", IsWrong(name) ? " aria-invalid=\"true\"" : "",
                    "><legend>", Say(label), "</legend>\n");
    if (IsWrong(name)) absl::StrAppend(&html_, "<p>", Say(wrong), "</p>\n");
    for (const Choice& choice : choices) {
      absl::StrAppend(&html_, "<p><label><input type=\"radio\" name=\"", name, "\" value=\"",
                      choice.value, "\"", chosen == choice.value ? " checked" : "", "> ",
                      Say(choice.label), "</label></p>\n");
    }
    html_ += "</fieldset>\n";
  }

  // A line of the summary of what is wrong.
  std::string Wrong(const char* name, const Words& words) const {
    if (!IsWrong(name)) return "";
    return absl::StrCat("<li><a href=\"#", name, "\">", Say(words), "</a></li>\n");
  }

  const std::string& html() const { return html_; }

 private:
  void Label(const Field& field) {
    absl::StrAppend(&html_, "<p><label for=\"", field.name, "\">", Say(field.label),
                    "</label><br>\n<span id=\"", field.name, "-hint\">", Say(field.hint), "</span>");
    if (IsWrong(field.name)) {
      absl::StrAppend(&html_, "<br>\n<strong id=\"", field.name, "-wrong\">", Say(field.wrong),
                      "</strong>");
    }
    html_ += "<br>\n";
  }
  std::string Attributes(const Field& field, int most) const {
    const bool wrong = IsWrong(field.name);
    return absl::StrCat(" id=\"", field.name, "\" name=\"", field.name, "\" maxlength=\"", most,
                        "\" aria-describedby=\"", field.name, "-hint",
                        wrong ? absl::StrCat(" ", field.name, "-wrong") : "", "\"",
                        wrong ? " aria-invalid=\"true\"" : "");
  }

  const ReportDraft& draft_;
  const WrongFields& wrong_;
  std::string html_;
};

std::string Summary(const FormWriter& writer, FormTrouble trouble, const WrongFields& wrong) {
  if (trouble == FormTrouble::kNone) return "";
  std::string html = "<section role=\"alert\" aria-labelledby=\"trouble\" tabindex=\"-1\">\n";
  if (trouble != FormTrouble::kFields) {
    absl::StrAppend(&html, "<p id=\"trouble\"><strong>", writer.Say(TroubleWords(trouble)),
                    "</strong></p>\n");
    if (trouble == FormTrouble::kSignIn) {
      constexpr Words kSignIn = {"Logga in", "Log ind", "Sign in"};
      absl::StrAppend(&html, "<p><a href=\"/sign-in\" target=\"_blank\" rel=\"noopener\">",
                      writer.Say(kSignIn), "</a></p>\n");
    }
    return html + "</section>\n";
  }
  absl::StrAppend(&html, "<h2 id=\"trouble\">", writer.Say(kErrors), "</h2>\n<ul>\n");
  for (const Field* field : {&kWhat, &kWhen, &kWhere, &kSystem, &kTenant}) {
    html += writer.Wrong(field->name, field->wrong);
  }
  html += writer.Wrong("as", kAsWrong);
  for (const Question& question : kQuestions) html += writer.Wrong(question.name, kBadChoice);
  html += writer.Wrong("category", kBadForm);
  if (std::find(wrong.begin(), wrong.end(), "form") != wrong.end()) {
    absl::StrAppend(&html, "<li>", writer.Say(kBadForm), "</li>\n");
  }
  return html + "</ul>\n</section>\n";
}

}  // namespace

std::string FormPage(const ReportDraft& draft, const WrongFields& wrong, FormTrouble trouble) {
  FormWriter writer(draft, wrong);
  writer.Area(kWhat, draft.what);
  writer.Text(kWhen, draft.when);
  writer.Text(kWhere, draft.where);
  writer.Text(kSystem, draft.system);
  for (const Question& question : kQuestions) {
    const std::string& chosen = question.name == std::string_view("personal_data")
                                    ? draft.personal_data
                                : question.name == std::string_view("ongoing")
                                    ? draft.ongoing
                                    : draft.national_security;
    writer.Radios(question.name, question.label, kAnswers, chosen, kBadChoice);
  }
  writer.Radios("as", kAsLabel, kAs, draft.as, kAsWrong);
  // Known from the link that led here, unless it is not.
  if (draft.tenant.empty() || writer.IsWrong("tenant") || trouble == FormTrouble::kNoAnonymous) {
    writer.Text(kTenant, draft.tenant);
  } else {
    writer.Hidden("tenant", draft.tenant);
  }
  writer.Hidden("category", writer.IsWrong("category") ? "" : draft.category);
  writer.Hidden("language", draft.language);
  writer.Hidden("request_id", draft.request_id);
  return Page(draft.language, kTitle.In(draft.language),
              absl::StrCat(Summary(writer, trouble, wrong), "<form action=\"/report\" method=\"post\">\n<p>",
                           writer.Say(kIntro), "</p>\n", writer.html(), "<p><button type=\"submit\">",
                           writer.Say(kSend), "</button></p>\n</form>\n"));
}

std::string ReceiptPage(const ReportDraft& draft, const FormReceipt& receipt) {
  constexpr Words kDone = {"Tack, rapporten är mottagen", "Tak, indberetningen er modtaget",
                           "Thank you, the report has been received"};
  constexpr Words kNumber = {"Nummer", "Nummer", "Number"};
  constexpr Words kReceipt = {"Kvitto", "Kvittering", "Receipt"};
  constexpr Words kKeep = {
      "Skriv upp kvittot nu. Det visas bara den här gången, och är den enda vägen tillbaka till rapporten: med det läser du "
      "svar, svarar på frågor och bifogar filer.",
      "Skriv kvitteringen ned nu. Den vises kun denne ene gang og er den eneste vej tilbage til indberetningen: med den "
      "læser du svar, besvarer spørgsmål og vedhæfter filer.",
      "Write the receipt down now. It is shown only this once, and is the only way back to the report: with it you read "
      "answers, reply to questions and attach files."};
  constexpr Words kMail = {
      "Du får besked med e-post. Filer kan du bifoga på rapportens sida, med skript på.",
      "Du får besked med e-mail. Filer kan du vedhæfte på indberetningens side med scripts slået til.",
      "You will be told by e-mail. Files you can attach on the report's page, with scripts on."};
  constexpr Words kProof = {"Bevis på att rapporten lämnats", "Bevis for, at indberetningen er afgivet",
                            "Proof that the report was filed"};
  constexpr Words kAnother = {"Rapportera något mer", "Indberet noget mere", "Report something else"};
  const std::string& language = draft.language;
  std::string html = absl::StrCat("<section>\n<dl>\n<div><dt>", kNumber.In(language), "</dt><dd id=\"number\">",
                                  Escaped(receipt.number), "</dd></div>\n");
  if (receipt.receipt.empty()) {
    absl::StrAppend(&html, "</dl>\n<p>", Escaped(kMail.In(language)), "</p>\n");
  } else {
    absl::StrAppend(&html, "<div><dt>", kReceipt.In(language), "</dt><dd><strong id=\"receipt\">",
                    Escaped(receipt.receipt), "</strong></dd></div>\n</dl>\n<p>",
                    Escaped(kKeep.In(language)), "</p>\n<h2>", kProof.In(language), "</h2>\n<pre id=\"proof\" tabindex=\"0\">",
                    Escaped(receipt.proof), "</pre>\n");
  }
  absl::StrAppend(&html, "<p><a href=\"/report/plain?language=", language,
                  draft.tenant.empty() ? "" : absl::StrCat("&amp;tenant=", Escaped(draft.tenant)), "\">",
                  kAnother.In(language), "</a></p>\n</section>\n");
  return Page(language, kDone.In(language), html);
}

std::string RefusalPage(FormRefusal refusal, const std::string& language) {
  constexpr Words kNotTaken = {"Rapporten togs inte emot", "Indberetningen blev ikke modtaget",
                               "The report was not taken"};
  constexpr Words kForeign = {
      "Formuläret skickades från en annan webbplats sida. Öppna det här och skriv där.",
      "Formularen blev sendt fra et andet websteds side. Åbn den her, og skriv der.",
      "The form was sent from another site's page. Open it here and write there."};
  constexpr Words kUnreadable = {"Formuläret gick inte att läsa.", "Formularen kunne ikke læses.",
                                 "The form could not be read."};
  constexpr Words kOpen = {"Öppna formuläret", "Åbn formularen", "Open the form"};
  const Words& why = refusal == FormRefusal::kForeign ? kForeign : kUnreadable;
  return Page(language, kNotTaken.In(language),
              absl::StrCat("<section>\n<p>", why.In(language), "</p>\n<p><a href=\"/report/plain?language=",
                           language, "\">", kOpen.In(language), "</a></p>\n</section>\n"));
}

}  // namespace avvik::gateway
