/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a tablet's firmware would offer: a battery, a charger and a lid. Their state is QEMU's pc-testdev register at
 * I/O port 0xE0, which the guest writes through /dev/port:
 *     byte 0: charge in percent;  byte 1: bit 0 charger plugged, bit 1 charging, bit 2 lid closed
 * The register changes silently, so a polled thermal zone looks at it and sends the notifications a real embedded
 * controller would, of what has changed: twice a second, and for two seconds after a change, as the battery driver
 * caches for one.
 */
DefinitionBlock ("tablet.aml", "SSDT", 2, "XENHUB", "TABLET", 1)
{
    Scope (\_SB)
    {
        OperationRegion (TEST, SystemIO, 0xE0, 4)
        Field (TEST, DWordAcc, NoLock, Preserve) { STAT, 32 }
        Name (SEEN, 0)
        Name (DIFF, 0)
        Name (LEFT, 0)

        Device (AC00)
        {
            Name (_HID, "ACPI0003")
            Name (_PCL, Package () { \_SB })
            Method (_STA) { Return (0x0F) }
            Method (_PSR) { Return ((STAT >> 8) & 1) }
        }

        Device (LID0)
        {
            Name (_HID, EisaId ("PNP0C0D"))
            Method (_LID) { If ((STAT >> 10) & 1) { Return (0) } Return (1) }
        }

        Device (BAT0)
        {
            Name (_HID, EisaId ("PNP0C0A"))
            Name (_UID, 1)
            Name (_PCL, Package () { \_SB })
            Method (_STA) { Return (0x1F) }
            Method (_BIF)
            {
                Return (Package () { 1, 5000, 5000, 1, 12000, 500, 100, 10, 10, "LAB", "0001", "LION", "XENHUB" })
            }
            Name (NOW, Package () { 0, 1000, 0, 12000 })
            Method (_BST, 0, Serialized)
            {
                Local0 = 1                                       /* discharging */
                If ((STAT >> 8) & 1) { Local0 = 0 }              /* full, or held by the charger */
                If ((STAT >> 9) & 1) { Local0 = 2 }              /* charging */
                NOW [0] = Local0
                NOW [2] = (STAT & 0xFF) * 50
                Return (NOW)
            }
        }
    }

    Scope (\_TZ)
    {
        ThermalZone (POLL)
        {
            Name (_TZP, 5)
            Name (_CRT, 4000)
            Method (_TMP, 0, Serialized)
            {
                Local0 = \_SB.STAT
                If (\_SB.LEFT == 0) { \_SB.DIFF = 0 }
                If (Local0 != \_SB.SEEN)
                {
                    \_SB.DIFF |= Local0 ^ \_SB.SEEN
                    \_SB.SEEN = Local0
                    \_SB.LEFT = 4
                }
                If (\_SB.LEFT > 0)
                {
                    \_SB.LEFT--
                    If (\_SB.DIFF & 0x3FF) { Notify (\_SB.BAT0, 0x80) }
                    If (\_SB.DIFF & 0x100) { Notify (\_SB.AC00, 0x80) }
                    If (\_SB.DIFF & 0x400) { Notify (\_SB.LID0, 0x80) }
                }
                Return (3000)
            }
        }
    }
}
