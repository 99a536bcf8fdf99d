"""
A world in memory: arrays, paths, faults, and a device-mapper that answers as the kernel's does.

``bio`` is one I/O, ``block`` the devices that take it, ``clock`` the time in which they do. ``host`` puts a world
together; it has the four seams that `multipath.Host` takes.
"""
