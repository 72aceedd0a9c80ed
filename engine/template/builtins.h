// The functions that text/template itself has.
#pragma once

#include "engine/template/functions.h"

namespace tocsin::tmpl {

/// and or not len index slice print printf println html js urlquery call eq ne lt le gt ge.
void add_builtins(FunctionTable& table);

}  // namespace tocsin::tmpl
