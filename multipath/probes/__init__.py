"""One question to one path: what is its priority, and does it answer."""
