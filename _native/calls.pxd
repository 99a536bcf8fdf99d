# The calls that the kernel may hold for ever: each opens a node, makes sure whose it is, asks, and closes.
#
# They run in a worker, a process that shares nothing with Python: only functions that are safe in a signal handler are
# called, and nothing is allocated. What a device says is not interpreted; only lengths are kept within their bounds.

from libc.errno cimport EINVAL, ENOTBLK, ENXIO, errno
from libc.stdint cimport int32_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.string cimport memcpy, memset

from multipath._native cimport question as asked
from multipath._native cimport scsi
from multipath._native.question cimport Question
from multipath._native.shared_word cimport MP_STORE

cdef extern from "<fcntl.h>" nogil:
    int O_RDONLY, O_WRONLY, O_NONBLOCK, O_CLOEXEC, O_DIRECT
    int c_open "open"(const char* path, int flags, ...)

cdef extern from "<unistd.h>" nogil:
    int c_close "close"(int fd)
    ssize_t c_read "read"(int fd, void* buffer, size_t size)
    ssize_t c_write "write"(int fd, const void* buffer, size_t size)
    ssize_t c_pread "pread"(int fd, void* buffer, size_t size, long long offset)

cdef extern from "<sys/ioctl.h>" nogil:
    int c_ioctl "ioctl"(int fd, unsigned long request, ...)

cdef extern from "<sys/stat.h>" nogil:
    struct c_stat "stat":
        unsigned int st_mode
        unsigned long st_rdev
    int c_fstat "fstat"(int fd, c_stat* status)
    bint S_ISBLK(unsigned int mode)

cdef extern from "<linux/fs.h>" nogil:
    """
    #ifndef BLKGETDISKSEQ /* Since Linux commit 7957d93bf32b ("block: add ioctl to read the disk sequence number") (v5.15) */
    #define BLKGETDISKSEQ _IOR(0x12, 128, __u64)
    #endif
    """
    unsigned long BLKGETDISKSEQ

cdef extern from "<linux/nvme_ioctl.h>" nogil:
    unsigned long NVME_IOCTL_ADMIN_CMD, NVME_IOCTL_IO_CMD, NVME_IOCTL_ID
    struct nvme_passthru_cmd:
        uint8_t opcode
        uint8_t flags
        uint32_t nsid
        uint32_t cdw2
        uint32_t cdw3
        uint64_t addr
        uint32_t data_len
        uint32_t cdw10
        uint32_t cdw11
        uint32_t cdw12
        uint32_t cdw13
        uint32_t cdw14
        uint32_t cdw15
        uint32_t timeout_ms
        uint32_t result

cdef extern from "<linux/pr.h>" nogil:
    unsigned long IOC_PR_REGISTER, IOC_PR_RESERVE, IOC_PR_RELEASE, IOC_PR_PREEMPT, IOC_PR_PREEMPT_ABORT, IOC_PR_CLEAR
    uint32_t PR_FL_IGNORE_KEY
    struct pr_registration:
        uint64_t old_key
        uint64_t new_key
        uint32_t flags
    struct pr_reservation:
        uint64_t key
        uint32_t type
        uint32_t flags
    struct pr_preempt:
        uint64_t old_key
        uint64_t new_key
        uint32_t type
        uint32_t flags
    struct pr_clear:
        uint64_t key
        uint32_t flags

cdef extern from "<linux/cciss_ioctl.h>" nogil:
    unsigned long CCISS_PASSTHRU, CCISS_GETLUNINFO
    int XFER_NONE, XFER_READ, TYPE_CMD, ATTR_SIMPLE
    ctypedef struct LogvolInfo_struct:
        uint32_t LunID
    struct cciss_volume "_LogDevAddr_struct":
        uint32_t VolId
        uint32_t Mode
    union cciss_lun "_LUNAddr_struct":
        cciss_volume LogDev
    struct cciss_type:
        uint8_t Type
        uint8_t Attribute
        uint8_t Direction
    struct cciss_request "_RequestBlock_struct":
        uint8_t CDBLen
        cciss_type Type
        uint16_t Timeout
        uint8_t CDB[16]
    struct cciss_errors "_ErrorInfo_struct":
        uint8_t ScsiStatus
        uint8_t SenseLen
        uint16_t CommandStatus
        uint32_t ResidualCnt
        uint8_t SenseInfo[32]
    ctypedef struct IOCTL_Command_struct:
        cciss_lun LUN_info
        cciss_request Request
        cciss_errors error_info
        uint16_t buf_size
        uint8_t* buf

cdef enum:
    VOLUME = 0x3FFFFFFF  # the part of a LUN that numbers a volume
    LOGICAL = 1  # the mode of an address that does


# The payload of PERSIST: an action by its number in SCSI, a type by the kernel's, and two keys.
cdef struct reservation_order:
    uint32_t action
    uint32_t type
    uint64_t key
    uint64_t new_key


cdef inline void perform(Question* it) noexcept nogil:
    # Make the call; everything of the answer but the time is set.
    cdef int fd
    it.error = it.status = it.host = it.driver = it.came = it.sensed = it.led = 0
    it.result = 0
    fd = c_open(it.node, flags_for(it.operation) | O_CLOEXEC)
    if fd < 0:
        it.error = errno
        return
    it.error = whose(fd, it)
    if it.error == 0:
        it.error = call(fd, it)
    c_close(fd)


cdef inline int flags_for(uint32_t operation) noexcept nogil:
    # Reading is enough for every command of a program with CAP_SYS_RAWIO; and udev looks again at what was open to write.
    if operation == asked.STORE:
        return O_WRONLY
    if operation == asked.FETCH:
        return O_RDONLY
    return O_RDONLY | O_NONBLOCK | (O_DIRECT if operation == asked.READ else 0)


cdef inline int whose(int fd, Question* it) noexcept nogil:
    # Names and device numbers are used again, the number of a disk is not; kernels before 5.15 have none.
    cdef c_stat status
    cdef uint64_t diskseq = 0
    if it.diskseq >= 0 and c_ioctl(fd, BLKGETDISKSEQ, &diskseq) == 0:
        return 0 if diskseq == <uint64_t>it.diskseq else ENXIO
    if it.devt >= 0:
        if c_fstat(fd, &status) != 0:
            return errno
        if not S_ISBLK(status.st_mode):
            return ENOTBLK
        if status.st_rdev != <unsigned long>it.devt:
            return ENXIO
    return 0


cdef inline int call(int fd, Question* it) noexcept nogil:
    if it.operation == asked.SCSI or it.operation == asked.SCSI_OUT:
        return send_commands(fd, it)
    if it.operation == asked.NVME or it.operation == asked.NVME_IO:
        return send_nvme(fd, it)
    if it.operation == asked.CCISS:
        return send_cciss(fd, it)
    if it.operation == asked.PERSIST:
        return send_order(fd, it)
    if it.operation == asked.RESET:
        return 0 if c_ioctl(fd, scsi.SG_SCSI_RESET, <int32_t*>it.payload) == 0 else errno
    return move(fd, it)


cdef inline int move(int fd, Question* it) noexcept nogil:
    cdef ssize_t moved = -1
    if it.operation == asked.READ:
        moved = c_pread(fd, it.data, it.length, it.offset)
    elif it.operation == asked.FETCH:
        moved = c_read(fd, it.data, it.length)
    elif it.operation == asked.STORE:
        moved = c_write(fd, it.payload, it.payload_size)
    else:
        return EINVAL
    if moved < 0:
        return errno
    it.result = <uint64_t>moved
    it.came = 0 if it.operation == asked.STORE else min(<uint32_t>moved, it.length)
    return 0


cdef inline int send_commands(int fd, Question* it) noexcept nogil:
    # Where the one that leads is not answered well, that is the answer.
    cdef int error
    if it.lead_size:
        error = send_scsi(fd, it, it.lead, it.lead_size, 0)
        if error or it.status or it.host:
            return error
        MP_STORE(&it.led, 1)
    return send_scsi(fd, it, it.payload, it.payload_size, it.sent if it.operation == asked.SCSI_OUT else it.length)


cdef inline int send_scsi(int fd, Question* it, uint8_t* command, uint32_t length, uint32_t size) noexcept nogil:
    cdef scsi.sg_io_hdr header
    memset(&header, 0, sizeof(header))
    header.interface_id = c'S'
    header.dxfer_direction = scsi.SG_DXFER_NONE
    if size:
        header.dxfer_direction = scsi.SG_DXFER_TO_DEV if it.operation == asked.SCSI_OUT else scsi.SG_DXFER_FROM_DEV
    header.cmdp, header.cmd_len = command, <unsigned char>length
    header.sbp, header.mx_sb_len = it.sense, asked.MOST_SENSE
    header.dxferp, header.dxfer_len = it.data, size
    header.timeout = it.timeout
    if c_ioctl(fd, scsi.SG_IO, &header) != 0:
        return errno
    it.status, it.host, it.driver = header.status, header.host_status, header.driver_status
    it.sensed = min(<uint32_t>header.sb_len_wr, <uint32_t>asked.MOST_SENSE)
    if it.operation == asked.SCSI:
        it.came = size - min(size, <uint32_t>max(0, header.resid))
    return 0


cdef inline int send_nvme(int fd, Question* it) noexcept nogil:
    # The submission entry names the places of its parts; the kernel's struct has the same parts at its own.
    cdef nvme_passthru_cmd command
    cdef uint32_t words[16]
    cdef int result
    memset(&command, 0, sizeof(command))
    memcpy(words, it.payload, sizeof(words))
    command.opcode, command.flags = it.payload[0], it.payload[1]
    command.nsid, command.cdw2, command.cdw3 = words[1], words[2], words[3]
    command.cdw10, command.cdw11, command.cdw12 = words[10], words[11], words[12]
    command.cdw13, command.cdw14, command.cdw15 = words[13], words[14], words[15]
    command.addr, command.data_len = <uint64_t><size_t>it.data, it.sent if it.sent else it.length
    command.timeout_ms = it.timeout
    if it.operation == asked.NVME_IO and command.nsid == 0:  # the namespace's own number: the kernel takes no other
        result = c_ioctl(fd, NVME_IOCTL_ID)
        if result < 0:
            return errno
        command.nsid = <uint32_t>result
    result = c_ioctl(fd, NVME_IOCTL_ADMIN_CMD if it.operation == asked.NVME else NVME_IOCTL_IO_CMD, &command)
    if result < 0:
        return errno
    it.status, it.result = <uint32_t>result, command.result
    it.came = it.length if result == 0 and not it.sent else 0
    return 0


cdef inline int send_order(int fd, Question* it) noexcept nogil:
    # What is positive is a status of SCSI or NVMe, or what the kernel made of it.
    cdef reservation_order order
    cdef pr_registration registration
    cdef pr_reservation reservation
    cdef pr_preempt preemption
    cdef pr_clear clearing
    cdef int result
    memcpy(&order, it.payload, sizeof(order))
    if order.action == 0 or order.action == 6:
        memset(&registration, 0, sizeof(registration))
        registration.old_key, registration.new_key = order.key, order.new_key
        registration.flags = PR_FL_IGNORE_KEY if order.action == 6 else 0
        result = c_ioctl(fd, IOC_PR_REGISTER, &registration)
    elif order.action == 1 or order.action == 2:
        memset(&reservation, 0, sizeof(reservation))
        reservation.key, reservation.type = order.key, order.type
        result = c_ioctl(fd, IOC_PR_RESERVE if order.action == 1 else IOC_PR_RELEASE, &reservation)
    elif order.action == 3:
        memset(&clearing, 0, sizeof(clearing))
        clearing.key = order.key
        result = c_ioctl(fd, IOC_PR_CLEAR, &clearing)
    elif order.action == 4 or order.action == 5:
        memset(&preemption, 0, sizeof(preemption))
        preemption.old_key, preemption.new_key, preemption.type = order.key, order.new_key, order.type
        result = c_ioctl(fd, IOC_PR_PREEMPT if order.action == 4 else IOC_PR_PREEMPT_ABORT, &preemption)
    else:
        return EINVAL
    if result < 0:
        return errno
    it.result = <uint64_t>result
    return 0


cdef inline int send_cciss(int fd, Question* it) noexcept nogil:
    cdef IOCTL_Command_struct command
    cdef LogvolInfo_struct volume
    cdef uint32_t left
    memset(&volume, 0, sizeof(volume))
    if c_ioctl(fd, CCISS_GETLUNINFO, &volume) != 0:
        return errno
    memset(&command, 0, sizeof(command))
    command.LUN_info.LogDev.VolId, command.LUN_info.LogDev.Mode = volume.LunID & VOLUME, LOGICAL
    command.Request.CDBLen = <uint8_t>min(it.payload_size, <uint32_t>16)
    memcpy(command.Request.CDB, it.payload, command.Request.CDBLen)
    command.Request.Type.Type, command.Request.Type.Attribute = TYPE_CMD, ATTR_SIMPLE
    command.Request.Type.Direction = XFER_READ if it.length else XFER_NONE
    command.Request.Timeout = <uint16_t>min(it.timeout // 1000, <uint32_t>0xFFFF)
    command.buf, command.buf_size = <uint8_t*>it.data, <uint16_t>it.length
    if c_ioctl(fd, CCISS_PASSTHRU, &command) != 0:
        return errno
    it.status, it.host = command.error_info.ScsiStatus, command.error_info.CommandStatus
    it.sensed = min(<uint32_t>command.error_info.SenseLen, <uint32_t>32)
    memcpy(it.sense, command.error_info.SenseInfo, it.sensed)
    left = command.error_info.ResidualCnt
    it.came = it.length - min(it.length, left)
    return 0
