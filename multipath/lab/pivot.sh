# The guest's first process, on the machine's own root, which is mounted read-only: builds the root that the session sees.
# Layers, top first: a tmpfs for writes, the tools that the machine lacks, the machine's root.
set -e
# util-linux 2.39 and later would give hostfs its path in a form that older kernels refuse.
export LIBMOUNT_FORCE_MOUNT2=always PATH=/usr/sbin:/usr/bin:/sbin:/bin
lab=${0%/*}
. "$lab/settings"

# shared TAG FOLDER PLACE: mount a folder of the machine.
shared() {
	case $share in
	hostfs) mount -t hostfs -o "$2" "$1" "$3" ;;
	9p) mount -t 9p -o "trans=virtio,version=9p2000.L,msize=507904,access=any,noxattr$(cached "$1")" "$1" "$3" ;;
	esac
}
# What nobody changes while the guest runs need not be looked at again.
cached() { case $1 in tools) echo ,cache=loose,ro ;; *) echo ,cache=none ;; esac; }

mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t tmpfs -o size=75% tmpfs /run
mkdir /run/writes /run/work /run/tools /run/root /run/keep

# Overlay is a module, and the machine may have no kmod of its own.
PATH=$PATH:$tools/usr/sbin LD_LIBRARY_PATH=$tool_libraries modprobe -d "$kernel" overlay || true

# A file system of its own for each folder: overlay refuses layers that lie in one another.
shared tools "$tools" /run/tools
mount -t overlay -o lowerdir=/run/tools:/,upperdir=/run/writes,workdir=/run/work overlay /run/root
cd /run/root

n=0
for place in $keep; do
	n=$((n + 1))
	mkdir "/run/keep/$n"
	mount --bind ".$place" "/run/keep/$n"
done
for place in proc sys dev run tmp; do mkdir -p "$place"; done
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t devtmpfs devtmpfs dev
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=1777 tmpfs tmp
mkdir -p dev/pts dev/shm
mount -t devpts -o mode=620,ptmxmode=666 devpts dev/pts
mount -t tmpfs -o mode=1777 tmpfs dev/shm
n=0
for place in $keep; do
	n=$((n + 1))
	mkdir -p ".$place"
	mount --move "/run/keep/$n" ".$place"
done

mkdir -p run/multipath-lab "usr/lib/modules/$(uname -r)" ".$scratch"
shared lab "$lab" run/multipath-lab
shared scratch "$scratch" ".$scratch"
mount --bind "$kernel/usr/lib/modules/$(uname -r)" "usr/lib/modules/$(uname -r)"

mount --move . /
exec chroot . /bin/sh /run/multipath-lab/session.sh
