#include "engine/scrape/metadata.h"

namespace tocsin::scrape {

void MetadataStore::build_index() {
  for (Family family = 0; family < families_.size(); ++family) {
    if (families_[family].used) by_name_.emplace(families_[family].name.view(), family);
  }
}

MetadataStore::Family MetadataStore::find_or_add(const std::string& name) {
  if (by_name_.empty()) build_index();
  const auto found = by_name_.find(name);
  if (found != by_name_.end()) return found->second;
  Family family = 0;
  if (free_.empty()) {
    family = static_cast<Family>(families_.size());
    families_.emplace_back();
  } else {
    family = free_.back();
    free_.pop_back();
  }
  Entry& entry = families_[family];
  entry.name = base::SharedText(name);
  entry.used = true;
  by_name_.emplace(entry.name.view(), family);
  return family;
}

MetadataStore::Family MetadataStore::note(const CommentText& comment) {
  const std::lock_guard lock(mutex_);
  const Family family = find_or_add(comment.name);
  Entry& entry = families_[family];
  if (comment.kind == CommentText::Kind::kType) entry.type = comment.type;
  if (comment.kind == CommentText::Kind::kHelp) entry.help = base::SharedText(comment.help);
  entry.last_seen = scrape_;
  return family;
}

void MetadataStore::end_scrape() {
  ++scrape_;
  if (!by_name_.empty()) by_name_ = {};
  if (scrape_ % kScrapesKept != 0) return;
  const std::lock_guard lock(mutex_);
  for (Family family = 0; family < families_.size(); ++family) {
    Entry& entry = families_[family];
    if (!entry.used || entry.last_seen + kScrapesKept >= scrape_) continue;
    entry = Entry{};
    free_.push_back(family);
  }
}

std::vector<FamilyMetadata> MetadataStore::snapshot() const {
  const std::lock_guard lock(mutex_);
  std::vector<FamilyMetadata> out;
  for (const Entry& entry : families_) {
    if (!entry.used) continue;
    out.push_back({.family = std::string(entry.name.view()),
                   .type = entry.type,
                   .help = std::string(entry.help.view()),
                   .unit = {}});
  }
  return out;
}

}  // namespace tocsin::scrape
