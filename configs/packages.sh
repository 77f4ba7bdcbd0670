# SPDX-License-Identifier: GPL-2.0-or-later
# What xenhub is built from and tested with, by the names of each distribution. Sourced by ./check and ./demo, never run.

# For the hub's programs; on top of that for every test, for the display's programs, for what ./demo shows them with, for
# the virtual machines, and for tests/cross (which nothing else asks for; Alpine has no such compilers).
debian_build="gcc libc6-dev cmake ninja-build pkg-config python3 libevdev-dev libudev-dev libinput-dev libinih-dev
	libxen-dev uthash-dev libseccomp-dev libiio-dev zlib1g-dev libjpeg-dev nettle-dev"
debian_check="libcmocka-dev libumockdev-dev umockdev xenstore-utils scdoc musl-tools clang clang-format git
	x11vnc xdotool x11-apps imagemagick libvncserver-dev openssl xclip sway wayvnc grim fonts-dejavu-core fonts-droid-fallback xserver-xorg-core xserver-xorg-video-dummy xserver-xspice"
debian_display="libsdl2-dev libsdl2-ttf-dev libgnutls28-dev libxkbcommon-dev libspice-client-glib-2.0-dev"
debian_demo="libx11-dev xvfb tigervnc-standalone-server"
debian_lab="qemu-system-x86 binutils libinput-tools
	libegl-mesa0 libgbm1 libgl1-mesa-dri xinit xserver-xorg-video-fbdev xserver-xorg-input-libinput
	spice-vdagent x11-utils x11-xserver-utils"
debian_cross="gcc-aarch64-linux-gnu libc6-dev-arm64-cross gcc-s390x-linux-gnu libc6-dev-s390x-cross qemu-user"

alpine_build="build-base linux-headers cmake samurai pkgconf python3 libevdev-dev eudev-dev libinput-dev inih-dev
	xen-dev uthash-dev libseccomp-dev zlib-dev libjpeg-turbo-dev nettle-dev"
alpine_check="cmocka-dev umockdev-dev scdoc clang compiler-rt clang-extra-tools git"
alpine_display="sdl2-dev sdl2_ttf-dev gnutls-dev libxkbcommon-dev spice-gtk-dev"
alpine_demo="libx11-dev xvfb tigervnc"
alpine_lab="qemu-system-x86_64 binutils libinput-tools"
alpine_cross=

say() {
	printf '%s\n' "$*"
}

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		say "This needs root: run as root, or install sudo. What was to be run: $*" >&2
		return 1
	fi
}

# debian_missing NAME...: those that are not installed.
debian_missing() {
	for package in "$@"; do
		dpkg-query -W -f='${Status}\n' "$package" 2>/dev/null | grep -q 'ok installed' || printf '%s ' "$package"
	done
}

# The sanitizers' and libFuzzer's runtime is a package of the compiler's version.
debian_clang_runtime() {
	apt-cache depends clang 2>/dev/null | sed -n 's/.*Depends: clang-\([0-9]*\)$/libclang-rt-\1-dev/p' | head -n 1
}

alpine_missing() {
	for package in "$@"; do
		apk info -e "$package" >/dev/null 2>&1 || printf '%s ' "$package"
	done
}

# Others hold apt's locks now and then, and mirrors stumble: tried again. A package that is not there is said at once.
apt_get() {
	for pause in 2 5 10 20 40 0; do
		told=$(as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 "$@" </dev/null 2>&1) && return 0
		case $told in
		*lock* | *"Failed to fetch"* | *"Temporary failure"*) [ "$pause" = 0 ] || sleep "$pause" ;;
		*) break ;;
		esac
	done
	printf '%s\n' "$told" | tail -n 20 >&2
	return 1
}

# packages_install GROUP...: installs what these groups (build, check, display, demo, lab, cross) lack; silent when there is nothing to do.
packages_install() {
	names=
	if command -v apt-get >/dev/null; then
		for group in "$@"; do eval "names=\"\$names \$debian_$group\""; done
		# shellcheck disable=SC2086 # the names are words
		missing=$(debian_missing $names)
		[ -z "$missing" ] || apt_get update || say "apt-get update failed; using the lists that there are"
		case $names in
		*clang*) missing="$missing$(debian_missing "$(debian_clang_runtime)")" ;;
		esac
		[ -n "$missing" ] || return 0
		say "Installing: $missing"
		# shellcheck disable=SC2086
		apt_get install -y --no-install-recommends $missing && return 0
		say "Cannot install the packages; what was tried: apt-get install $missing" >&2
		return 1
	fi
	for group in "$@"; do eval "names=\"\$names \$alpine_$group\""; done
	if command -v apk >/dev/null; then
		# shellcheck disable=SC2086
		missing=$(alpine_missing $names)
		[ -n "$missing" ] || return 0
		say "Installing: $missing"
		# shellcheck disable=SC2086
		as_root apk add -q $missing && return 0
		say "Cannot install the packages; what was tried: apk add $missing" >&2
		return 1
	fi
	packages_present && return 0
	say "This system has neither apt-get nor apk. Install by hand what these are called here, then run this again:" >&2
	# shellcheck disable=SC2086
	say $names >&2
	return 1
}

# On other systems: whether the build can be tried. CMake names the libraries that are left out.
packages_present() {
	for program in cc cmake ninja pkg-config python3; do
		command -v "$program" >/dev/null || return 1
	done
	pkg-config --exists libevdev libudev inih
}
