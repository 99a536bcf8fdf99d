# The guest's first process after pivot.sh: devices, the command, its exit status, power off.
lab=/run/multipath-lab
. "$lab/settings"
unset LIBMOUNT_FORCE_MOUNT2 mem uml_dir seccomp
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
# Bytes are to go through as they are.
stty -F /dev/ttyS0 raw -echo -opost
stty -F /dev/ttyS1 raw -echo -opost
stty -F /dev/ttyS2 raw -echo -opost
ip link set lo up 2>/dev/null || true
mountpoint -q /sys/kernel/config || mount -t configfs configfs /sys/kernel/config 2>/dev/null
mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug 2>/dev/null
hostname lab

if [ "$udev" = yes ]; then
	/usr/lib/systemd/systemd-udevd --daemon
fi
. "$lab/backend"
if [ "$udev" = yes ]; then
	udevadm settle
fi

if [ -n "$rows" ]; then
	stty -F /dev/ttyS0 sane
	stty -F /dev/ttyS0 rows "$rows" cols "$columns"
	setsid -c -w /bin/sh "$lab/command" </dev/ttyS0 >/dev/ttyS0 2>&1
	status=$?
else
	# Not the serial lines themselves: a program that finds a terminal behind its output behaves differently.
	mkfifo /run/out /run/err
	cat /run/out >/dev/ttyS0 & out=$!
	cat /run/err >/dev/ttyS1 & err=$!
	setsid -w /bin/sh "$lab/command" </dev/null >/run/out 2>/run/err
	status=$?
	# A daemon that the command left behind may hold them open for ever; what it printed by now is on its way.
	( sleep 2; kill "$out" "$err" ) 2>/dev/null & limit=$!
	wait "$out" "$err" 2>/dev/null
	kill "$limit" 2>/dev/null
fi
echo "$status" >"$lab/status"
# Not all file systems: a map that queues without a path would never be done.
sync -f "$lab" "$scratch"
# Power off without asking anybody: there is no init system here.
echo o >/proc/sysrq-trigger
while :; do sleep 60; done
