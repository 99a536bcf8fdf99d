# What a worker is asked and what it answers: a part of the memory that it shares with who asks.
#
# A few pages with this struct, of which the first is enough for a short question, then the bytes that go to the device or
# come from it, aligned for direct I/O.

from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t, uint64_t

cdef enum:
    MOST_DATA = 256 << 10
    MOST_PAYLOAD = 4096  # an attribute of sysfs is a page
    MOST_NODE = 4096
    MOST_LEAD = 16
    MOST_SENSE = 252  # as much as a SCSI device may send

# The states; any other is the name of the worker that has taken it.
cdef enum:
    IDLE
    ASKED
    ANSWERED
    NAMES  # from here on

# Operations, by the numbers of `multipath.paths.request.Operation`.
cdef enum:
    SCSI
    SCSI_OUT
    READ
    NVME
    CCISS
    RESET
    STORE
    FETCH
    NVME_IO
    PERSIST

cdef struct Question:
    uint32_t state
    # What is asked.
    uint32_t operation
    uint32_t payload_size
    uint32_t length
    uint32_t sent
    uint32_t timeout  # ms
    int64_t offset
    int64_t devt  # below 0: any
    int64_t diskseq  # below 0: any
    uint32_t lead_size
    uint8_t lead[MOST_LEAD]  # a command that is sent first
    # What is answered.
    uint32_t led  # whether that was answered well, and the command is sent
    int32_t error
    uint32_t status
    uint32_t host
    uint32_t driver
    uint64_t result
    uint32_t came
    uint32_t sensed
    int64_t nanoseconds  # that it took; as long as it takes, when it began
    uint8_t sense[MOST_SENSE]
    char* data
    uint8_t* payload  # behind the node
    char node[MOST_NODE + 8 + MOST_PAYLOAD]
