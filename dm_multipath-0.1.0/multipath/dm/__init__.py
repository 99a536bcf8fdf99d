"""
Any device-mapper device, through the kernel's own interface.

``control`` has one method for each command, ``command`` says which version of the interface serves it; ``device`` is
what the kernel tells of a device, ``target`` one line of a table and ``targets/`` their typed forms. ``name`` refuses
what the kernel would cut short. ``nodes`` and ``udev`` keep ``/dev/mapper`` in step; ``holders`` and ``kernel_log``
explain a refusal; ``events`` waits for changes without losing one.
"""
