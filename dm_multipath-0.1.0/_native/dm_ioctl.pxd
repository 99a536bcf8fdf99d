# <linux/dm-ioctl.h>, declarations only: the one place that names the interface's structures and constants.

from libc.stdint cimport int32_t, uint32_t, uint64_t

cdef extern from *:
    """
    #include <stddef.h>
    #include <stdint.h>
    #include <linux/ioctl.h>
    #include <linux/types.h>
    #include <linux/dm-ioctl.h>

    /* What older headers lack, with the values that the interface has had since.
     * 4.41 ("dm: introduce DM_GET_TARGET_VERSION") */
    #ifndef DM_GET_TARGET_VERSION
    #define DM_GET_TARGET_VERSION_CMD 17
    #endif

    /* 4.45 ("dm ioctl: return UUID in DM_LIST_DEVICES_CMD result") */
    #ifndef DM_NAME_LIST_FLAG_HAS_UUID
    #define DM_NAME_LIST_FLAG_HAS_UUID 1
    #define DM_NAME_LIST_FLAG_DOESNT_HAVE_UUID 2
    #endif

    /* Linux v5.15 ("dm: measure data on table load") */
    #ifndef DM_IMA_MEASUREMENT_FLAG
    #define DM_IMA_MEASUREMENT_FLAG (1 << 19)
    #endif

    /* Linux v6.16 ("dm mpath: Interface for explicit probing of active paths") */
    #ifndef DM_MPATH_PROBE_PATHS
    #define DM_MPATH_PROBE_PATHS _IO(DM_IOCTL, 18)
    #endif

    #define MP_DATA_OFFSET offsetof(struct dm_ioctl, data)
    #define MP_HEADER_NAME_OFFSET offsetof(struct dm_ioctl, name)
    #define MP_HEADER_UUID_OFFSET offsetof(struct dm_ioctl, uuid)
    #define MP_NAME_OFFSET offsetof(struct dm_name_list, name)
    #define MP_VERSION_NAME_OFFSET offsetof(struct dm_target_versions, name)
    #define MP_MESSAGE_OFFSET offsetof(struct dm_target_msg, message)
    #define MP_REQUEST(nr) _IOWR(DM_IOCTL, (nr), struct dm_ioctl)
    """
    const size_t MP_DATA_OFFSET
    const size_t MP_HEADER_NAME_OFFSET
    const size_t MP_HEADER_UUID_OFFSET
    const size_t MP_NAME_OFFSET
    const size_t MP_VERSION_NAME_OFFSET
    const size_t MP_MESSAGE_OFFSET
    unsigned long MP_REQUEST(unsigned int command) noexcept nogil

    enum:
        DM_NAME_LEN, DM_UUID_LEN, DM_MAX_TYPE_NAME

    struct dm_ioctl:
        uint32_t version[3]
        uint32_t data_size
        uint32_t data_start
        uint32_t target_count
        int32_t open_count
        uint32_t flags
        uint32_t event_nr
        uint64_t dev
        char name[128]
        char uuid[129]

    struct dm_target_spec:
        uint64_t sector_start
        uint64_t length
        int32_t status
        uint32_t next
        char target_type[16]

    struct dm_name_list:
        uint64_t dev
        uint32_t next

    struct dm_target_versions:
        uint32_t next
        uint32_t version[3]

    # Commands, in the order of their numbers.
    enum:
        DM_VERSION_CMD, DM_REMOVE_ALL_CMD, DM_LIST_DEVICES_CMD
        DM_DEV_CREATE_CMD, DM_DEV_REMOVE_CMD, DM_DEV_RENAME_CMD, DM_DEV_SUSPEND_CMD, DM_DEV_STATUS_CMD, DM_DEV_WAIT_CMD
        DM_TABLE_LOAD_CMD, DM_TABLE_CLEAR_CMD, DM_TABLE_DEPS_CMD, DM_TABLE_STATUS_CMD
        DM_LIST_VERSIONS_CMD, DM_TARGET_MSG_CMD, DM_DEV_SET_GEOMETRY_CMD, DM_DEV_ARM_POLL_CMD, DM_GET_TARGET_VERSION_CMD

    # The one command of a map's own node.
    const unsigned long DM_MPATH_PROBE_PATHS

    # Flags of struct dm_ioctl, and of a record of the name list.
    enum:
        DM_READONLY_FLAG, DM_SUSPEND_FLAG, DM_PERSISTENT_DEV_FLAG, DM_STATUS_TABLE_FLAG
        DM_ACTIVE_PRESENT_FLAG, DM_INACTIVE_PRESENT_FLAG, DM_BUFFER_FULL_FLAG, DM_SKIP_LOCKFS_FLAG
        DM_NOFLUSH_FLAG, DM_QUERY_INACTIVE_TABLE_FLAG, DM_UEVENT_GENERATED_FLAG, DM_UUID_FLAG
        DM_SECURE_DATA_FLAG, DM_DATA_OUT_FLAG, DM_DEFERRED_REMOVE, DM_INTERNAL_SUSPEND_FLAG, DM_IMA_MEASUREMENT_FLAG
        DM_NAME_LIST_FLAG_HAS_UUID, DM_NAME_LIST_FLAG_DOESNT_HAVE_UUID
