"""Arrays that a guest can have: each backend is the shell text that makes the array before the command runs."""
