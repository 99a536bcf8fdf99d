/* Rings of nodes in structures. */
#pragma once

#include "words.h"

struct list_head {
	struct list_head *next, *prev;
};

#define container_of(node, type, member) ((type *)((char *)(node) - offsetof(type, member)))
#define list_entry(node, type, member) container_of(node, type, member)

#define list_for_each_entry(each, head, member) \
	for (each = list_entry((head)->next, __typeof__(*each), member); &each->member != (head); \
	     each = list_entry(each->member.next, __typeof__(*each), member))

#define list_for_each_entry_safe(each, ahead, head, member) \
	for (each = list_entry((head)->next, __typeof__(*each), member), \
	     ahead = list_entry(each->member.next, __typeof__(*each), member); \
	     &each->member != (head); \
	     each = ahead, ahead = list_entry(ahead->member.next, __typeof__(*each), member))

static inline void INIT_LIST_HEAD(struct list_head *head) {
	head->next = head->prev = head;
}

static inline bool list_empty(const struct list_head *head) {
	return head->next == head;
}

static inline void oracle_put_between(struct list_head *node, struct list_head *left, struct list_head *right) {
	node->prev = left;
	node->next = right;
	left->next = node;
	right->prev = node;
}

static inline void list_add(struct list_head *node, struct list_head *head) {
	oracle_put_between(node, head, head->next);
}

static inline void list_add_tail(struct list_head *node, struct list_head *head) {
	oracle_put_between(node, head->prev, head);
}

static inline void list_del(struct list_head *node) {
	node->prev->next = node->next;
	node->next->prev = node->prev;
}

static inline void list_move(struct list_head *node, struct list_head *head) {
	list_del(node);
	list_add(node, head);
}

static inline void list_move_tail(struct list_head *node, struct list_head *head) {
	list_del(node);
	list_add_tail(node, head);
}
