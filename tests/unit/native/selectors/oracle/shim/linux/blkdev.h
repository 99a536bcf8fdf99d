/* Selectors include it, and need nothing of it. */
