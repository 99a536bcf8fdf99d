/* CPUs and NUMA nodes: as many, and where, as a test says. */
#pragma once

#include "words.h"
#include <stdlib.h>

#define ORACLE_CPUS 1024
#define ORACLE_NODES 64
#define ORACLE_WORDS (ORACLE_CPUS / 64)

struct cpumask {
	uint64_t words[ORACLE_WORDS];
};

typedef struct cpumask *cpumask_var_t;

extern unsigned int oracle_cpu, oracle_cpus, oracle_node[ORACLE_CPUS] __attribute__((visibility("hidden")));
extern struct cpumask oracle_cpus_of_node[ORACLE_NODES] __attribute__((visibility("hidden")));

#define nr_cpu_ids oracle_cpus
#define get_cpu() oracle_cpu
#define put_cpu() ((void)0)
#define cpu_to_node(cpu) oracle_node[cpu]
#define cpumask_of_node(node) (&oracle_cpus_of_node[node])

int cpumask_parse(const char *text, struct cpumask *mask);

static inline bool zalloc_cpumask_var(cpumask_var_t *mask, int how) {
	return (*mask = calloc(1, sizeof(struct cpumask))) != NULL;
}

static inline void free_cpumask_var(cpumask_var_t mask) {
	free(mask);
}

static inline void cpumask_set_cpu(unsigned int cpu, struct cpumask *mask) {
	mask->words[cpu / 64] |= 1ULL << cpu % 64;
}

static inline void cpumask_clear_cpu(unsigned int cpu, struct cpumask *mask) {
	mask->words[cpu / 64] &= ~(1ULL << cpu % 64);
}

static inline unsigned int oracle_next_cpu(unsigned int from, const struct cpumask *mask) {
	while (from < ORACLE_CPUS) {
		uint64_t left = mask->words[from / 64] >> from % 64;
		if (left)
			return from + __builtin_ctzll(left);
		from = (from / 64 + 1) * 64;
	}
	return ORACLE_CPUS;
}

#define for_each_cpu(cpu, mask) \
	for ((cpu) = oracle_next_cpu(0, mask); (cpu) < ORACLE_CPUS; (cpu) = oracle_next_cpu((cpu) + 1, mask))

/* For the text of a table, which no test asks of a selector. */
#define cpumask_pr_args(mask) ORACLE_CPUS, (void *)(mask)->words
