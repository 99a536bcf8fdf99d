/* The kernel's names for what a C compiler has, and the words that mean something to a kernel's build only. */
#pragma once

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef unsigned long long u64;
typedef long long s64;
typedef uint32_t u32;
typedef int32_t s32;

#define likely(condition) __builtin_expect(!!(condition), 1)
#define unlikely(condition) __builtin_expect(!!(condition), 0)

#define min(one, other) \
	({ __auto_type one_ = (one); __auto_type other_ = (other); one_ < other_ ? one_ : other_; })
#define max(one, other) \
	({ __auto_type one_ = (one); __auto_type other_ = (other); one_ > other_ ? one_ : other_; })
#define clamp(value, low, high) min(max(value, low), high)
