# <scsi/sg.h>, declarations only.

cdef extern from "<scsi/sg.h>":
    enum:
        SG_IO, SG_SCSI_RESET, SG_DXFER_FROM_DEV, SG_DXFER_TO_DEV, SG_DXFER_NONE

    struct sg_io_hdr:
        int interface_id
        int dxfer_direction
        unsigned char cmd_len
        unsigned char mx_sb_len
        unsigned int dxfer_len
        void* dxferp
        unsigned char* cmdp
        unsigned char* sbp
        unsigned int timeout
        unsigned char status
        unsigned char sb_len_wr
        unsigned short host_status
        unsigned short driver_status
        int resid
        unsigned int info
