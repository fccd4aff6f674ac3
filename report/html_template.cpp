// ctemplate escapes; nothing here writes a text of the report without it.
#include "report/html_template.h"

#include <ctemplate/template.h>
#include <ctemplate/template_modifiers.h>

#include "report/embedded.h"
#include "report/prose.h"

namespace muster::report {
namespace {

class ProseModifier : public ctemplate::TemplateModifier {
 public:
  void Modify(const char* in, std::size_t size, const ctemplate::PerExpandData* data,
              ctemplate::ExpandEmitter* out, const std::string& argument) const override {
    for (const Piece& piece : split_prose({in, size})) {
      if (piece.code) {
        out->Emit("<code>");
      }
      ctemplate::html_escape.Modify(piece.text.data(), piece.text.size(), data, out, argument);
      if (piece.code) {
        out->Emit("</code>");
      }
    }
  }
};

/// ctemplate keeps the modifier and the template for as long as the program runs.
bool load_page() {
  static const ProseModifier kProse;
  const std::string_view text = embedded_file("report.tpl");
  return ctemplate::AddXssSafeModifier("x-prose", &kProse) &&
         ctemplate::StringToTemplateCache("report", text.data(), text.size(),
                                          ctemplate::DO_NOT_STRIP);
}

}  // namespace

Result<std::string> expand_page(const ctemplate::TemplateDictionary& values) {
  static const bool kLoaded = load_page();
  std::string page;
  if (!kLoaded || !ctemplate::ExpandTemplate("report", ctemplate::DO_NOT_STRIP, &values, &page)) {
    return Error{ErrorCode::Invalid, "the report template cannot be expanded", {}};
  }
  return page;
}

}  // namespace muster::report
