"""
Decisions, pure: from the paths of a logical unit and what the configuration says to the table that its map should have.

Nothing here reads a file, asks a device or looks at a clock. The way through the files, in the order of a decision:
``prioritizer`` and ``detection`` find what the configuration leaves to the hardware, ``settings`` holds the result;
``grouping`` and ``priority`` make and order the groups, ``selection`` and ``features`` their words; ``desired`` puts it
together, ``live`` keeps of a living map what need not change, and ``failback`` says when to switch groups.

What happens to a map over time is decided from ``supervisor`` on, which is told the time: ``supervision`` holds the
options, ``membership`` and ``watched_path`` what is known, ``checking``, ``reputation``, ``current_group`` and
``no_path`` decide about checks, trust, groups and queueing, each by the tables in ``machines``.
"""
