// What Slack receives.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/base/json_writer.h"
#include "notifiers/slack/config.h"
#include "notifiers/text.h"

namespace tocsin::notifiers {

/// Where a group's first message stands, as the notification log keeps it.
inline constexpr const char* kSlackThread = "threadTs";
inline constexpr const char* kSlackChannel = "channelId";

/// The compiled message of one Slack integration. Immutable, thread-safe.
/// Source: prometheus/alertmanager notify/slack/slack.go.
class SlackMessage {
 public:
  static base::Result<SlackMessage> compile(const SlackConfig& config,
                                            const tmpl::TemplateSet& templates);
  struct Built {
    std::string channel;     ///< For messages about the message.
    std::string body;        ///< JSON, ending in a newline.
    bool is_update = false;  ///< Edits the message that receiver_data names.
    bool title_was_cut = false;
  };
  /// Fails for good when a template does. Pure.
  /// DIFFERS: upstream sends what was rendered before the failing field, and blanks the rest.
  base::Result<Built> build(const Notification& notification) const;

 private:
  struct Field {
    MessageText title, value;
    bool is_short = false;
  };
  struct Confirmation {
    MessageText text, title, ok_text, dismiss_text;
  };
  struct Action {
    MessageText type, text, url, style, name, value;
    std::optional<Confirmation> confirm;
  };
  static Action compile_action(const SlackAction& action, TextCompiler& compiler);
  void write_attachment(base::JsonWriter& json, Renderer& render, bool& title_was_cut) const;
  void write_fields(base::JsonWriter& json, Renderer& render) const;
  void write_actions(base::JsonWriter& json, Renderer& render) const;

  MessageText channel_, username_, color_, title_, title_link_, pretext_, text_, fallback_;
  MessageText callback_id_, footer_, icon_emoji_, icon_url_, message_text_, image_url_, thumb_url_;
  std::vector<Field> fields_;
  std::vector<Action> actions_;
  std::vector<std::string> mrkdwn_in_;
  bool link_names_ = false;
  bool update_message_ = false;
};

}  // namespace tocsin::notifiers
