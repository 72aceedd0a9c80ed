// The routing tree: which receivers hear of an alert, and how its group is timed.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/labels.h"
#include "notifiers/group_clock.h"
#include "notifiers/route_config.h"

namespace tocsin::notifiers {

/// A node with its effective values. Immutable, thread-safe.
/// Source: prometheus/alertmanager dispatch/route.go.
class Route {
 public:
  const std::string& receiver() const { return receiver_; }
  const GroupTiming& timing() const { return timing_; }
  /// Sorted by name; children override their parents.
  const std::vector<std::pair<std::string, TemplateText>>& labels() const { return labels_; }
  /// "{}/{a="b"}": the matchers of each level, root first. Part of every group key.
  const std::string& key() const { return key_; }
  /// The key with each node's place among its siblings: unique in the tree.
  const std::string& id() const { return id_; }
  const base::Matchers& matchers() const { return matchers_; }
  bool continues() const { return continues_; }
  bool groups_by_all() const { return group_by_all_; }
  const std::vector<std::string>& group_by() const { return group_by_; }
  const std::vector<std::unique_ptr<Route>>& children() const { return children_; }

  /// The labels that alerts of one group share: those of group_by which the alert has.
  base::Labels group_labels(const base::Labels& alert) const;

 private:
  friend class RouteTree;
  void inherit(const RouteConfig& config, const Route& parent);
  void match(const base::Labels& alert, std::vector<const Route*>& out) const;

  std::string receiver_;
  GroupTiming timing_;
  std::vector<std::string> group_by_;  ///< Sorted.
  bool group_by_all_ = false;
  std::vector<std::pair<std::string, TemplateText>> labels_;
  base::Matchers matchers_;
  bool continues_ = false;
  std::string key_, id_;
  std::vector<std::unique_ptr<Route>> children_;
};

/// Immutable, thread-safe.
class RouteTree {
 public:
  explicit RouteTree(const RouteConfig& config);
  /// The nodes an alert ends in, in tree order; never empty. Lifetime: the tree's.
  std::vector<const Route*> match(const base::Labels& alert) const;
  const Route& root() const { return *root_; }

 private:
  static std::unique_ptr<Route> build(const RouteConfig& config, const Route& parent);
  std::unique_ptr<Route> root_;
};

/// "<route key>:<group labels>": what a group is called outside.
std::string group_key(const Route& route, const base::Labels& group_labels);

}  // namespace tocsin::notifiers
