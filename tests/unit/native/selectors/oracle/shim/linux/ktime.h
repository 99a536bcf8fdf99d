/* The clock, which stands until a test moves it. */
#pragma once

#include "words.h"

extern u64 oracle_now __attribute__((visibility("hidden")));

#define ktime_get_ns() oracle_now
#define sched_clock() oracle_now

#define time_after64(one, other) ((s64)((u64)(other) - (u64)(one)) < 0)
#define time_before64(one, other) time_after64(other, one)
