# The guest's first process after pivot.sh: devices, the command, its exit status, power off.
lab=/run/multipath-lab
. "$lab/settings"
unset LIBMOUNT_FORCE_MOUNT2 mem uml_dir seccomp
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
for line in "$out" "$err" "$channel"; do
	until [ -c "$line" ]; do sleep 0.02; done
	# Bytes are to go through as they are.
	[ "$share" = 9p ] || stty -F "$line" raw -echo -opost
done
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
	stty -F "$terminal" sane
	stty -F "$terminal" rows "$rows" cols "$columns"
	setsid -c -w /bin/sh "$lab/command" <"$terminal" >"$terminal" 2>&1
	status=$?
else
	# Not the serial lines themselves: a program that finds a terminal behind its output behaves differently.
	mkfifo /run/out /run/err
	cat /run/out >"$out" & out_of=$!
	cat /run/err >"$err" & err_of=$!
	setsid -w /bin/sh "$lab/command" </dev/null >/run/out 2>/run/err
	status=$?
	# A daemon that the command left behind may hold them open for ever; what it printed by now is on its way.
	( sleep 2; kill "$out_of" "$err_of" ) 2>/dev/null & limit=$!
	wait "$out_of" "$err_of" 2>/dev/null
	kill "$limit" 2>/dev/null
fi
echo "$status" >"$lab/status"
# Not all file systems: a map that queues without a path would never be done.
sync -f "$lab" "$scratch"
# Power off without asking anybody: there is no init system here.
echo "$off" >/proc/sysrq-trigger
while :; do sleep 60; done
