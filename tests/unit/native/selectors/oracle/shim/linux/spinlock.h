/* A lock that locks: one exchange to take it, one store to give it back. There are no interrupts to turn off. */
#pragma once

#include "words.h"

typedef struct {
	int held;
} spinlock_t;

static inline void spin_lock_init(spinlock_t *lock) {
	lock->held = 0;
}

static inline void spin_lock(spinlock_t *lock) {
	while (__atomic_exchange_n(&lock->held, 1, __ATOMIC_ACQUIRE))
		while (__atomic_load_n(&lock->held, __ATOMIC_RELAXED))
			;
}

static inline void spin_unlock(spinlock_t *lock) {
	__atomic_store_n(&lock->held, 0, __ATOMIC_RELEASE);
}

#define spin_lock_irqsave(lock, flags) ((void)((flags) = 0), spin_lock(lock))
#define spin_unlock_irqrestore(lock, flags) ((void)(flags), spin_unlock(lock))
