// protozero's reader with checks that throw protozero::exception: the types of fields are the
// sender's, and must not end the process.
#pragma once

#include <protozero/exception.hpp>

#define protozero_assert(x) ((x) ? void() : throw protozero::unknown_pbf_wire_type_exception())
#include <protozero/pbf_reader.hpp>
