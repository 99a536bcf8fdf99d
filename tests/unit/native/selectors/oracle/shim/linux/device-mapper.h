/* What of device-mapper a selector needs: its log, which nobody reads here, and the text of its status. */
#pragma once

#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include "words.h"
#include <stdio.h>

#define DM_NAME "device-mapper"

#define DMERR(...) ((void)0)
#define DMWARN(...) ((void)0)
#define DMWARN_LIMIT(...) ((void)0)
#define DMINFO(...) ((void)0)

typedef enum {
	STATUSTYPE_INFO,
	STATUSTYPE_TABLE,
	STATUSTYPE_IMA,
} status_type_t;

static inline unsigned int oracle_fit(int wanted, unsigned int room) {
	return (unsigned int)wanted < room ? (unsigned int)wanted : room - !!room;
}

#define DMEMIT(...) \
	((void)(sz < maxlen && (sz += oracle_fit(snprintf(result + sz, maxlen - sz, __VA_ARGS__), maxlen - sz))))
