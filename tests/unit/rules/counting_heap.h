// Counts what the test program asks of the heap.
#pragma once

#include <cstdint>

namespace tocsin::rules {

/// False under sanitizers, which bring their own heap.
bool counts_allocations();
/// Allocations since the program began.
uint64_t allocations();

}  // namespace tocsin::rules
