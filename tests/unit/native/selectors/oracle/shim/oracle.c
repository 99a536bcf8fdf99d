/* dm-mpath's side of a path selector: it registers selectors, has the paths, and asks as dm-mpath does. */

#include "dm-path-selector.h"
#include <string.h>

#define SELECTORS 16

struct oracle {
	struct path_selector selector;
	int count, room;
	struct dm_path *paths;
	unsigned char *failed;
};

u64 oracle_now;
unsigned int oracle_cpu, oracle_cpus = 1, oracle_node[ORACLE_CPUS];
struct cpumask oracle_cpus_of_node[ORACLE_NODES];

static struct path_selector_type *registered[SELECTORS];
static int registrations;

int dm_register_path_selector(struct path_selector_type *type) {
	if (registrations == SELECTORS)
		return -ENOMEM;
	registered[registrations++] = type;
	return 0;
}

/* Hexadecimal digits from the highest CPU to the lowest; commas are for the reader. */
int cpumask_parse(const char *text, struct cpumask *mask) {
	unsigned int place = 0;
	for (const char *at = text + strlen(text); at-- > text;) {
		int digit = *at >= 'a' ? *at - 'a' + 10 : *at - '0';
		if (*at == ',')
			continue;
		if (digit < 0 || digit > 15 || (digit && place >= ORACLE_CPUS))
			return -EINVAL;
		if (place < ORACLE_CPUS)
			mask->words[place / 64] |= (uint64_t)digit << place % 64;
		place += 4;
	}
	return 0;
}

/* The machine: its CPUs, and of each its node. */
void oracle_machine(unsigned int cpus, const unsigned int *nodes) {
	oracle_cpus = cpus;
	memset(oracle_cpus_of_node, 0, sizeof(oracle_cpus_of_node));
	for (unsigned int cpu = 0; cpu < cpus; cpu++) {
		oracle_node[cpu] = nodes[cpu];
		cpumask_set_cpu(cpu, &oracle_cpus_of_node[nodes[cpu]]);
	}
}

void oracle_destroy(struct oracle *oracle) {
	if (oracle->selector.context)
		oracle->selector.type->destroy(&oracle->selector);
	free(oracle->paths);
	free(oracle->failed);
	free(oracle);
}

struct oracle *oracle_create(const char *name, unsigned int argc, char **argv, int room) {
	struct oracle *oracle = calloc(1, sizeof(*oracle));
	for (int i = 0; i < registrations; i++)
		if (!strcmp(registered[i]->name, name))
			oracle->selector.type = registered[i];
	oracle->room = room;
	oracle->paths = calloc(room, sizeof(*oracle->paths));
	oracle->failed = calloc(room, 1);
	if (oracle->selector.type && !oracle->selector.type->create(&oracle->selector, argc, argv))
		return oracle;
	oracle->selector.context = NULL;
	oracle_destroy(oracle);
	return NULL;
}

/* Returns what the kernel says against the path, or NULL. */
const char *oracle_add(struct oracle *oracle, int argc, char **argv) {
	char *error = "no reason given";
	struct dm_path *path = &oracle->paths[oracle->count];
	if (oracle->count == oracle->room)
		return "too many paths";
	if (oracle->selector.type->add_path(&oracle->selector, path, argc, argv, &error))
		return error;
	oracle->count++;
	return NULL;
}

static inline int pick(struct oracle *oracle, size_t nbytes, u64 now, unsigned int cpu) {
	struct dm_path *path;
	oracle_now = now;
	oracle_cpu = cpu;
	path = oracle->selector.type->select_path(&oracle->selector, nbytes);
	return path ? (int)(path - oracle->paths) : -1;
}

static inline void start(struct oracle *oracle, int path, size_t nbytes) {
	if (oracle->selector.type->start_io)
		oracle->selector.type->start_io(&oracle->selector, &oracle->paths[path], nbytes);
}

static inline void end(struct oracle *oracle, int path, size_t nbytes, u64 begun, u64 now) {
	oracle_now = now;
	if (oracle->selector.type->end_io)
		oracle->selector.type->end_io(&oracle->selector, &oracle->paths[path], nbytes, begun);
}

/* dm-mpath tells a selector of changes only. */
static void mark(struct oracle *oracle, int path, int failed) {
	if (oracle->failed[path] == failed)
		return;
	oracle->failed[path] = failed;
	if (failed)
		oracle->selector.type->fail_path(&oracle->selector, &oracle->paths[path]);
	else
		oracle->selector.type->reinstate_path(&oracle->selector, &oracle->paths[path]);
}

/* The text of a status: of one path, or with -1 of the group. */
void oracle_status(struct oracle *oracle, int path, char *text, unsigned int room) {
	text[0] = 0;
	oracle->selector.type->status(&oracle->selector, path < 0 ? NULL : &oracle->paths[path], STATUSTYPE_INFO, text, room);
}

/* What `Selector.replay` does, on a trace that can be done; the memory of where each I/O went is the caller's. */
void oracle_replay(struct oracle *oracle, const uint8_t *ops, const int64_t *args, const uint64_t *nbytes,
		   const uint64_t *now, int32_t *out, long n) {
	for (long i = 0; i < n; i++) {
		long arg = args[i];
		switch (ops[i]) {
		case 0:
		case 1:
			out[i] = pick(oracle, nbytes[i], now[i], arg);
			if (ops[i] == 1 && out[i] >= 0)
				start(oracle, out[i], nbytes[i]);
			break;
		case 2:
			out[i] = out[arg];
			if (out[i] >= 0)
				end(oracle, out[i], nbytes[arg], now[arg], now[i]);
			break;
		default:
			out[i] = arg;
			mark(oracle, arg, ops[i] == 3);
		}
	}
}

/* What `Selector.select_batch` does. */
void oracle_select(struct oracle *oracle, const uint64_t *nbytes, const uint64_t *now, int32_t *out, long n,
		   unsigned int cpu) {
	for (long i = 0; i < n; i++)
		out[i] = pick(oracle, nbytes[i], now[i], cpu);
}
