"""
Act on multipath maps: find, build, change and watch them.

``host`` is the machine through the four seams, ``map`` one map, ``snapshot`` what it looked like at one moment,
``event`` what changed between two of them, ``watch`` waits for that. The order of commands that keeps data safe lives
here.

``state_file`` keeps, with multipath-tools, what has to be known after a reboot: ``bindings``, ``wwids`` and ``prkeys``
are the three formats, ``locked_file`` changes one file under the lock, ``aliases`` chooses names, and ``claim`` tells
whether a disk is a path before anybody has made a map of it.
"""
