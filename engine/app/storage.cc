#include "engine/app/storage.h"

namespace tocsin::app {

base::Result<Storage> open_storage(const ServeFlags& flags, const base::Clock& clock,
                                   base::Files& files, const base::Log& log) {
  Storage out;
  ASSIGN_OR_RETURN(out.folder, DataFolder::open(files, flags.storage_path));
  const std::string path = flags.storage_path + "/queries.active";
  if (const std::string queries = api::ActiveQueries::unfinished(files, path); !queries.empty()) {
    log.warn("These queries had not finished when the last process ended", {{"queries", queries}});
  }
  auto active = api::ActiveQueries::open(files, path, flags.query_concurrency_max, clock, log);
  if (active) {
    out.active_queries = *std::move(active);
  } else if (active.error().code == base::Code::kLimit) {
    log.error("Queries that run will not be noted", {{"err", active.error().to_string()}});
  } else {
    return DataFolder::unusable(flags.storage_path, std::move(active).error());
  }
  return out;
}

}  // namespace tocsin::app
