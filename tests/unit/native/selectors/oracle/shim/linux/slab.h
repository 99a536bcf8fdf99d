/* The heap. */
#pragma once

#include "words.h"
#include <stdlib.h>

#define GFP_KERNEL 0

#define kmalloc(size, how) malloc(size)
#define kzalloc(size, how) calloc(1, size)
#define kfree(place) free(place)

/* Since Linux v7.0 a selector asks by what it wants to keep, not by its size. */
#define kmalloc_obj(object, ...) ((__typeof__(object) *)malloc(sizeof(object)))
#define kzalloc_obj(object, ...) ((__typeof__(object) *)calloc(1, sizeof(object)))
#define kmalloc_objs(object, count, ...) ((__typeof__(object) *)calloc(count, sizeof(object)))
#define kzalloc_objs(object, count, ...) ((__typeof__(object) *)calloc(count, sizeof(object)))
