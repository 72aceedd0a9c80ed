#include "engine/base/slab_pool.h"

#include <gtest/gtest.h>

#include <cstring>
#include <set>
#include <vector>

namespace tocsin::base {
namespace {

TEST(SlabPool, ObjectsAreApartAndAligned) {
  SlabPool pool(24);
  std::vector<void*> objects;
  for (int i = 0; i < 2000; ++i) {
    objects.push_back(pool.take());
    std::memset(objects.back(), i, 24);
  }
  EXPECT_EQ(std::set<void*>(objects.begin(), objects.end()).size(), objects.size());
  for (size_t i = 0; i < objects.size(); ++i) {
    ASSERT_EQ(reinterpret_cast<uintptr_t>(objects[i]) % 8, 0u);
    const auto* bytes = static_cast<const unsigned char*>(objects[i]);
    for (int b = 0; b < 24; ++b) ASSERT_EQ(bytes[b], static_cast<unsigned char>(i));
  }
  EXPECT_LT(pool.bytes(), 2000 * 24 + 2 * SlabPool::kChunkBytes);
  for (void* object : objects) pool.give(object);
  EXPECT_EQ(pool.bytes(), 0u);
}

TEST(SlabPool, WhatWasGivenBackIsTakenAgain) {
  SlabPool pool(64);
  std::vector<void*> objects;
  for (int i = 0; i < 1000; ++i) objects.push_back(pool.take());
  const size_t full = pool.bytes();
  for (int round = 0; round < 10; ++round) {
    for (size_t i = 0; i < objects.size(); i += 3) pool.give(objects[i]);
    for (size_t i = 0; i < objects.size(); i += 3) objects[i] = pool.take();
  }
  EXPECT_EQ(pool.bytes(), full);
  EXPECT_EQ(std::set<void*>(objects.begin(), objects.end()).size(), objects.size());
  for (void* object : objects) pool.give(object);
}

}  // namespace
}  // namespace tocsin::base
