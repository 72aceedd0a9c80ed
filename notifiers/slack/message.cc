#include "notifiers/slack/message.h"

#include "engine/base/json_writer.h"
#include "notifiers/utf8.h"

namespace tocsin::notifiers {

namespace {

constexpr size_t kTitleRunesMax = 1024;

}  // namespace

SlackMessage::Action SlackMessage::compile_action(const SlackAction& action,
                                                  TextCompiler& compiler) {
  Action out;
  out.type = compiler(action.type);
  out.text = compiler(action.text);
  out.url = compiler(action.url);
  out.style = compiler(action.style);
  out.name = compiler(action.name);
  out.value = compiler(action.value);
  if (action.confirm) {
    out.confirm = {.text = compiler(action.confirm->text),
                   .title = compiler(action.confirm->title),
                   .ok_text = compiler(action.confirm->ok_text),
                   .dismiss_text = compiler(action.confirm->dismiss_text)};
  }
  return out;
}

base::Result<SlackMessage> SlackMessage::compile(const SlackConfig& config,
                                                 const tmpl::TemplateSet& templates) {
  SlackMessage out;
  TextCompiler compiler(templates);
  out.channel_ = compiler(config.channel);
  out.username_ = compiler(config.username);
  out.color_ = compiler(config.color);
  out.title_ = compiler(config.title);
  out.title_link_ = compiler(config.title_link);
  out.pretext_ = compiler(config.pretext);
  out.text_ = compiler(config.text);
  out.fallback_ = compiler(config.fallback);
  out.callback_id_ = compiler(config.callback_id);
  out.footer_ = compiler(config.footer);
  out.icon_emoji_ = compiler(config.icon_emoji);
  out.icon_url_ = compiler(config.icon_url);
  out.message_text_ = compiler(config.message_text);
  out.image_url_ = compiler(config.image_url);
  out.thumb_url_ = compiler(config.thumb_url);
  for (const SlackField& field : config.fields) {
    out.fields_.push_back({.title = compiler(field.title),
                           .value = compiler(field.value),
                           .is_short = field.is_short.value_or(config.short_fields)});
  }
  for (const SlackAction& action : config.actions) {
    out.actions_.push_back(compile_action(action, compiler));
  }
  RETURN_IF_ERROR(compiler.status());
  out.mrkdwn_in_ = config.mrkdwn_in;
  if (out.mrkdwn_in_.empty()) out.mrkdwn_in_ = {"fallback", "pretext", "text"};
  out.link_names_ = config.link_names;
  out.update_message_ = config.update_message;
  return out;
}

void SlackMessage::write_fields(base::JsonWriter& json, Renderer& render) const {
  if (fields_.empty()) return;
  json.key("fields").begin_array();
  for (const Field& field : fields_) {
    json.begin_object();
    json.field_unless_empty("title", render(field.title));
    json.field_unless_empty("value", render(field.value));
    json.key("short").boolean(field.is_short).end_object();
  }
  json.end_array();
}

void SlackMessage::write_actions(base::JsonWriter& json, Renderer& render) const {
  if (actions_.empty()) return;
  json.key("actions").begin_array();
  for (const Action& action : actions_) {
    json.begin_object();
    json.field_unless_empty("type", render(action.type));
    json.field_unless_empty("text", render(action.text));
    json.field_unless_empty("url", render(action.url));
    json.field_unless_empty("style", render(action.style));
    json.field_unless_empty("name", render(action.name));
    json.field_unless_empty("value", render(action.value));
    if (action.confirm) {
      json.key("confirm").begin_object();
      json.field_unless_empty("text", render(action.confirm->text));
      json.field_unless_empty("title", render(action.confirm->title));
      json.field_unless_empty("ok_text", render(action.confirm->ok_text));
      json.field_unless_empty("dismiss_text", render(action.confirm->dismiss_text));
      json.end_object();
    }
    json.end_object();
  }
  json.end_array();
}

void SlackMessage::write_attachment(base::JsonWriter& json, Renderer& render,
                                    bool& title_was_cut) const {
  json.begin_object();
  json.field_unless_empty("title",
                          truncate_in_runes(render(title_), kTitleRunesMax, title_was_cut));
  json.field_unless_empty("title_link", render(title_link_));
  json.field_unless_empty("pretext", render(pretext_));
  json.field("text", render(text_));
  json.field("fallback", render(fallback_));
  json.field("callback_id", render(callback_id_));
  write_fields(json, render);
  write_actions(json, render);
  json.field_unless_empty("image_url", render(image_url_));
  json.field_unless_empty("thumb_url", render(thumb_url_));
  json.field("footer", render(footer_));
  json.field_unless_empty("color", render(color_));
  json.key("mrkdwn_in").begin_array();
  for (const std::string& part : mrkdwn_in_) json.string(part);
  json.end_array();
  json.end_object();
}

base::Result<SlackMessage::Built> SlackMessage::build(const Notification& notification) const {
  Renderer render(notification);
  Built built;
  built.channel = render(channel_);
  std::string thread;
  const ReceiverData& data = notification.receiver_data;
  const auto known_thread = data.find(kSlackThread);
  const auto known_channel = data.find(kSlackChannel);
  if (update_message_ && known_thread != data.end() && known_channel != data.end()) {
    built.is_update = true;
    thread = known_thread->second;
    built.channel = known_channel->second;
  }
  base::JsonWriter json(built.body);
  json.begin_object();
  json.field_unless_empty("channel", built.channel);
  json.field_unless_empty("ts", thread);
  json.field_unless_empty("username", render(username_));
  json.field_unless_empty("icon_emoji", render(icon_emoji_));
  json.field_unless_empty("icon_url", render(icon_url_));
  if (link_names_) json.key("link_names").boolean(true);
  json.field_unless_empty("text", render(message_text_));
  json.key("attachments").begin_array();
  write_attachment(json, render, built.title_was_cut);
  json.end_array().end_object();
  built.body += '\n';
  RETURN_IF_ERROR(render.status());
  return built;
}

}  // namespace tocsin::notifiers
