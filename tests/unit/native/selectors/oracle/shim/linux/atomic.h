/* Counters of 32 bits that wrap, and references. */
#pragma once

#include "words.h"

typedef struct {
	int counter;
} atomic_t;

typedef atomic_t refcount_t;

static inline int atomic_read(const atomic_t *number) {
	return __atomic_load_n(&number->counter, __ATOMIC_RELAXED);
}

static inline void atomic_set(atomic_t *number, int value) {
	__atomic_store_n(&number->counter, value, __ATOMIC_RELAXED);
}

static inline void atomic_add(int value, atomic_t *number) {
	__atomic_fetch_add(&number->counter, value, __ATOMIC_RELAXED);
}

static inline void atomic_sub(int value, atomic_t *number) {
	__atomic_fetch_sub(&number->counter, value, __ATOMIC_RELAXED);
}

#define atomic_inc(number) atomic_add(1, number)
#define atomic_dec(number) atomic_sub(1, number)

#define refcount_set(number, value) atomic_set(number, value)
#define refcount_inc(number) atomic_inc(number)

static inline bool refcount_dec_and_test(refcount_t *number) {
	return __atomic_sub_fetch(&number->counter, 1, __ATOMIC_ACQ_REL) == 0;
}
