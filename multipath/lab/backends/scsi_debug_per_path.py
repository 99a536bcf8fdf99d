"""
The kernel's virtual SCSI array, once for each path: a path can lose commands, or be slow, while the others are well.

What makes ``scsi_debug`` misbehave is common to all hosts of a module. So each path is a module of its own: a copy of
the kernel's with its names changed to others of the same length. The identifiers are the same, so all of them say that
they are one unit, but each has its own store: do not compare what was written through one path with what is read
through another.
"""

from string import ascii_uppercase

from ...errors import LabError
from ..machine import Machine

# The product name stays, for it is a part of the identifier. A signature does not fit any more: without its mark the
# module has none, which these kernels accept.
_EDITS = (
    "s/scsi_debug      /scsi_d-bug      /g",
    "s/scsi_debug/scsi_debu{letter}/g",
    "s/pseudo/pseud{letter}/g",
    "s/scsi_d-bug      /scsi_debug      /g",
    "s/~Module signature appended~/~Module signature Appended~/",
)


def script(machine: Machine) -> str:
    """
    Return the shell text that makes the array of ``machine``.

    Raises:
        LabError: more paths than letters.
    """
    if machine.paths > len(ascii_uppercase):
        raise LabError(f"scsi_debug_per_path has up to {len(ascii_uppercase)} paths, not {machine.paths}")
    text = "modprobe -a sd_mod sg dm_multipath scsi_mod 2>/dev/null\nmodprobe scsi_common 2>/dev/null\n"
    # The CRC modules that the original needs: modprobe knows them, insmod does not.
    text += 'for module in $(modprobe -D scsi_debug | sed -n "s:^insmod \\([^ ]*\\).*:\\1:p"); do\n'
    text += '\tcase $module in */scsi_debug.ko*) original=$module ;; *) insmod "$module" 2>/dev/null ;; esac\ndone\n'
    text += 'case $original in *.xz) xz -dc "$original" ;; *) cat "$original" ;; esac >/run/scsi_debug.ko\n'
    return text + "".join(_instance(letter, machine) for letter in ascii_uppercase[: machine.paths])


def _instance(letter: str, machine: Machine) -> str:
    edits = " ".join(f"-e '{edit.format(letter=letter)}'" for edit in _EDITS)
    copy = f"/run/scsi_debu{letter}.ko"
    options = f"vpd_use_hostno=0 add_host=1 num_tgts=1 max_luns={machine.luns} dev_size_mb={machine.size} delay=0"
    return f"LC_ALL=C sed {edits} /run/scsi_debug.ko >{copy}\ninsmod {copy} {options}\nrm {copy}\n"
