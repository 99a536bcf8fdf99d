"""
The targets of a virtual kernel at work: one file for each, one class.

``target`` is what they have in common. To add a target: one file, one line in ``registry``, its version in each profile
of ``profile``, one case in ``tests/contract``.
"""
