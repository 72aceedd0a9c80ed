#include "engine/app/demo/smtp_session.h"

#include <algorithm>

namespace tocsin::app::demo {
namespace {

constexpr size_t kDataBytesMax = 1 << 20;

std::string upper(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  });
  return out;
}

// "MAIL FROM:<a@b> SIZE=1" → "a@b".
std::string address(std::string_view line) {
  const size_t open = line.find('<');
  const size_t close = line.find('>', open);
  if (open == std::string_view::npos || close == std::string_view::npos) return {};
  return std::string(line.substr(open + 1, close - open - 1));
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

std::string decode_quoted(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '=' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
                        hex_digit(text[i + 2]) >= 0;
    if (escape) {
      out += static_cast<char>(16 * hex_digit(text[i + 1]) + hex_digit(text[i + 2]));
      i += 2;
    } else {
      out += text[i] == '_' ? ' ' : text[i];
    }
  }
  return out;
}

std::string decode_base64(std::string_view text) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const size_t value = kAlphabet.find(c);
    if (value == std::string_view::npos) continue;
    bits = (bits << 6) | static_cast<uint32_t>(value);
    count += 6;
    if (count >= 8) {
      count -= 8;
      out += static_cast<char>((bits >> count) & 0xff);
    }
  }
  return out;
}

// The value of a header, unfolded; "" when there is none.
std::string header_value(std::string_view head, std::string_view name) {
  std::string out;
  bool inside = false;
  while (!head.empty()) {
    const size_t end = std::min(head.find("\r\n"), head.size());
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(std::min(end + 2, head.size()));
    if (inside && (line.starts_with(' ') || line.starts_with('\t'))) {
      out += line;
      continue;
    }
    const bool match = line.size() > name.size() && line[name.size()] == ':' &&
                       upper(line.substr(0, name.size())) == upper(name);
    if (match)
      out = line.substr(std::min(line.find_first_not_of(" \t", name.size() + 1), line.size()));
    inside = match;
  }
  return out;
}

}  // namespace

std::string decode_header(std::string_view text) {
  std::string out;
  bool after_word = false;
  while (!text.empty()) {
    const size_t start = text.find("=?");
    if (start == std::string_view::npos) return out + std::string(text);
    const size_t charset = text.find('?', start + 2);
    const size_t encoding =
        charset == std::string_view::npos ? charset : text.find('?', charset + 1);
    const size_t end =
        encoding == std::string_view::npos ? encoding : text.find("?=", encoding + 1);
    if (end == std::string_view::npos) return out + std::string(text);
    const std::string_view between = text.substr(0, start);
    // White space between two encoded words is not part of the text.
    if (!after_word || between.find_first_not_of(" \t") != std::string_view::npos) out += between;
    const std::string_view word = text.substr(encoding + 1, end - encoding - 1);
    const bool base64 = upper(text.substr(charset + 1, encoding - charset - 1)) == "B";
    out += base64 ? decode_base64(word) : decode_quoted(word);
    text.remove_prefix(end + 2);
    after_word = true;
  }
  return out;
}

std::string SmtpSession::line(std::string_view text) {
  if (in_data_) {
    if (text == ".") return end_of_data();
    if (text.starts_with('.')) text.remove_prefix(1);
    data_ += text;
    data_ += "\r\n";
    if (data_.size() <= kDataBytesMax) return {};
    done_ = true;
    return "552 too much mail data\r\n";
  }
  const std::string command = upper(text.substr(0, text.find(' ')));
  if (command == "EHLO") return "250-tocsin demo\r\n250-8BITMIME\r\n250 SIZE 1048576\r\n";
  if (command == "HELO" || command == "NOOP" || command == "RSET") return "250 ok\r\n";
  if (command == "MAIL") {
    mail_ = {.from = address(text), .to = {}, .subject = {}, .body = {}};
    return "250 ok\r\n";
  }
  if (command == "RCPT") {
    mail_.to = address(text);
    return "250 ok\r\n";
  }
  if (command == "DATA") {
    if (mail_.to.empty()) return "503 RCPT first\r\n";
    in_data_ = true;
    return "354 end with a dot\r\n";
  }
  if (command == "QUIT") {
    done_ = true;
    return "221 bye\r\n";
  }
  return "502 not implemented\r\n";
}

std::string SmtpSession::end_of_data() {
  in_data_ = false;
  const size_t blank = std::min(data_.find("\r\n\r\n"), data_.size());
  mail_.subject = decode_header(header_value(std::string_view(data_).substr(0, blank), "Subject"));
  mail_.body = data_.substr(std::min(blank + 4, data_.size()));
  data_.clear();
  on_mail_(std::move(mail_));
  mail_ = {};
  return "250 queued\r\n";
}

}  // namespace tocsin::app::demo
