"""
The compiled core: what must match the kernel byte for byte or integer for integer, or must be as fast as C.

``codec`` and ``control`` speak device-mapper's ioctls, ``passthrough`` SCSI, ``libc`` the C library; ``workers`` are
processes that make the calls which may never return. ``selector`` is the base of the path selectors ``round_robin``,
``queue_length``, ``service_time``, ``historical_service_time`` and ``io_affinity``. ``group`` is the priority groups
and ``decisions`` what they decide. ``simulation`` is the event loop of a simulation, ``distribution`` the laws of its
random values, and ``ranking`` the sort behind its percentiles.
"""
