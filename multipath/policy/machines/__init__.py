"""
State machines as tables: from a state and an event to the next state and what is to be done.

Strategy: what happens is one row of a table, so that it can be read, drawn (`docs/state-machines.md` is made from these
tables) and tested row by row. Numbers, timers and options are not in the tables: who drives a machine looks at them to
say which event it is. ``path`` and ``trust`` are the machines of one path, ``group`` that of a group and ``failback``
that of the group in use, ``map`` holds those of the map.
"""
