"""What the administrator wants: multipath.conf, the built-in table of arrays, and which value wins for which device."""
