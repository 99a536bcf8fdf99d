/* A module is entered when the library is loaded, and never left. */
#pragma once

#include "words.h"

struct module;

#define THIS_MODULE ((struct module *)NULL)
#define __init
#define __exit

#define module_init(enter) \
	static void __attribute__((constructor)) oracle_enter(void) { enter(); }
#define module_exit(leave)

#define MODULE_DESCRIPTION(text)
#define MODULE_AUTHOR(text)
#define MODULE_LICENSE(text)
#define MODULE_ALIAS(text)
#define EXPORT_SYMBOL_GPL(name)
