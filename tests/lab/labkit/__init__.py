# SPDX-License-Identifier: GPL-2.0-or-later
"""The xenhub lab: Debian's kernel and Xen in QEMU, restored from a snapshot for each scenario."""
