// What lies below --storage.path.
#pragma once

#include <memory>

#include "engine/api/active_queries.h"
#include "engine/app/commands.h"
#include "engine/app/data_folder.h"
#include "engine/base/clock.h"
#include "engine/base/files.h"
#include "engine/base/log.h"
#include "engine/base/status.h"

namespace tocsin::app {

struct Storage {
  std::unique_ptr<DataFolder> folder;
  std::unique_ptr<api::ActiveQueries> active_queries;  ///< Null when the disk is full.
};

/// Fails with one sentence when the folder cannot be used. A full disk is told to the log, and is
/// no failure: whoever starts the process again on one wants to be paged.
base::Result<Storage> open_storage(const ServeFlags& flags, const base::Clock& clock,
                                   base::Files& files, const base::Log& log);

}  // namespace tocsin::app
