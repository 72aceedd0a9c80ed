// POST /api/v1/write: the remote write 1.0 receiver.
#pragma once

#include "engine/api/router.h"
#include "engine/remote/write_receiver.h"

namespace tocsin::api {

/// `receiver` may be null: then the answer is 404 and names the flag that enables it. It must
/// outlive the router.
void mount_remote_write_api(Router& router, remote::WriteReceiver* receiver);

}  // namespace tocsin::api
