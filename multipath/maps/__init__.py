"""
Act on multipath maps: find, build, change and watch them.

``host`` is the machine through the four seams, ``map`` one map, ``snapshot`` what it looked like at one moment,
``event`` what changed between two of them, ``watch`` waits for that. The order of commands that keeps data safe lives
here.
"""
