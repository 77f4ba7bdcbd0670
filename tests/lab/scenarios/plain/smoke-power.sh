# SPDX-License-Identifier: GPL-2.0-or-later
# The ACPI battery, charger and lid follow the lab's register, each change with its uevent.
supply=/sys/class/power_supply
udevadm monitor --kernel --subsystem-match=power_supply > /run/lab/uevents &
monitor=$!
until grep -q KERNEL /run/lab/uevents; do sleep 0.1; done
charge 37 lid-closed
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
	sleep 0.2
	[ "$(cat $supply/BAT0/capacity)" = 37 ] && grep -q change /run/lab/uevents &&
		grep -q closed /proc/acpi/button/lid/LID0/state && break
done
kill $monitor
[ "$(cat $supply/BAT0/capacity)" = 37 ] || { echo "capacity is $(cat $supply/BAT0/capacity), not 37"; exit 1; }
[ "$(cat $supply/BAT0/status)" = Discharging ] || { echo "status is $(cat $supply/BAT0/status)"; exit 1; }
[ "$(cat $supply/AC00/online)" = 0 ] || { echo "the charger is still there"; exit 1; }
grep -q change /run/lab/uevents || { echo "no uevent for the battery"; exit 1; }
echo "battery 37 %, $(grep -c change /run/lab/uevents) uevents, lid closed"
