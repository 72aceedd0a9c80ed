// Fields of messages: templates compiled when the configuration is loaded, rendered when a
// notification goes out.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/template/template.h"
#include "notifiers/config_fields.h"
#include "notifiers/notification.h"

namespace tocsin::notifiers {

/// What rendering one field for a group of so many alerts may cost. Grows with the group, so that a
/// large one is told in full: a message that is not sent is worse than a long one.
tmpl::ExecOptions render_limits(size_t alerts);

/// A compiled field. An empty text renders as nothing without running. Thread-safe.
class MessageText {
 public:
  MessageText() = default;
  /// Fails with the field's position and the template's own error.
  static base::Result<MessageText> compile(const TemplateText& field,
                                           const tmpl::TemplateSet& templates,
                                           tmpl::Escaping escaping = tmpl::Escaping::kNone);
  bool empty() const { return !template_.has_value(); }
  /// The text for `data`; "" when empty().
  base::Result<std::string> execute(const tmpl::Value& data, const tmpl::Environment& environment,
                                    const tmpl::ExecOptions& limits) const;

 private:
  std::optional<tmpl::Template> template_;
};

/// Compiles fields one after the other and keeps the first error.
class TextCompiler {
 public:
  /// Lifetime: `templates` outlives the compiler.
  explicit TextCompiler(const tmpl::TemplateSet& templates) : templates_(templates) {}
  MessageText operator()(const TemplateText& field,
                         tmpl::Escaping escaping = tmpl::Escaping::kNone);
  const tmpl::TemplateSet& templates() const { return templates_; }
  const base::Status& status() const { return status_; }

 private:
  const tmpl::TemplateSet& templates_;
  base::Status status_;
};

/// Renders the fields of one notification and keeps the first error; after it, everything is "".
/// Not thread-safe.
class Renderer {
 public:
  explicit Renderer(const Notification& notification);
  std::string operator()(const MessageText& field);
  /// Compiles and renders a text that is known only now (the content of a file).
  std::string text(const std::string& text, const tmpl::TemplateSet& templates);
  const base::Status& status() const { return status_; }

 private:
  class World final : public tmpl::Environment {
   public:
    explicit World(const Notification& notification);
    base::Result<base::TimestampMs> now() const override { return now_; }
    base::Result<std::string> external_url() const override { return external_url_; }
    base::Result<std::string> route_label(std::string_view name) const override;

   private:
    base::TimestampMs now_;
    std::string external_url_;
    base::Labels route_labels_;
  };

  World world_;
  tmpl::Value data_;
  tmpl::ExecOptions limits_;
  base::Status status_;
};

}  // namespace tocsin::notifiers
