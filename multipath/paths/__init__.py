"""
What this host has: the block devices that can be paths, read from sysfs, and whether they lead to one logical unit.

``path`` is one device and ``discover`` finds them all. ``scsi``, ``nvme``, ``dasd`` and ``other`` read one of their
kind, by way of ``place`` (where sysfs has it) and ``attributes`` (what stands there); ``transport`` and ``adapter`` are
what is above it, ``udev`` what udev knows of it. ``wwid`` names its unit. ``commands`` asks a device itself,
``patience`` does not wait for one that hangs, and ``identity`` compares. ``request`` is what can be asked, and of what
may never be answered ``asker`` asks, in the ``turns`` that it keeps.
"""
