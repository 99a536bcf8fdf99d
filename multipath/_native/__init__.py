"""The compiled core: `codec` and `control` speak device-mapper's ioctls, `passthrough` SCSI, `libc` the C library."""
