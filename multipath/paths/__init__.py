"""
What this host has: the block devices that can be paths, read from sysfs, and whether they lead to one logical unit.

``sysfs`` reads, ``path`` is one device, ``discover`` lists them; ``commands`` asks a device itself; ``identity``
compares.
"""
