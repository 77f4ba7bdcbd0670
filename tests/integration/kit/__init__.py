# SPDX-License-Identifier: GPL-2.0-or-later
"""What the integration tests share: the programs as processes, the wire, recordings."""
