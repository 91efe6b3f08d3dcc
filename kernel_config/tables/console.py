"""Options for the screen, the keyboard and the serial line."""

from __future__ import annotations

from kernel_config.options import Group, Option, base, built_in, driver

GROUPS = (
    Group(
        purpose="Console",
        options=(
            built_in("VT", "text screens, and Alt+F1 between them"),
            built_in("VT_CONSOLE", "kernel messages on the screen"),
            built_in("UNIX98_PTYS", "SSH and the shell"),
            built_in("VGA_CONSOLE", "BIOS machines"),
            built_in("FB", "frame buffers"),
            built_in("FRAMEBUFFER_CONSOLE", "text on frame buffers"),
            built_in("FB_EFI", "UEFI machines, and every graphics card, without a driver for it"),
            built_in("FB_VESA", "BIOS machines that GRUB left in a graphics mode"),
            built_in("FONT_8x16", "line drawing on frame buffers"),
            built_in("SERIAL_8250", "serial lines"),
            built_in("SERIAL_8250_CONSOLE", "kernel messages on them"),
            built_in("SERIAL_8250_PNP", "the ports ACPI tells of, so that only real ones get a console"),
            base("SERIAL_8250_PCI", "8250_pci", "the BMC's port where it is a PCI device"),
            Option(
                name="SERIAL_8250_NR_UARTS",
                allowed=("4", "8", "16", "32", "64"),
                own="32",
                reason="serial over LAN may be the third or fourth port",
            ),
            built_in("ACPI_SPCR_TABLE", "firmware says which port the operator is at"),
            built_in("VIRTIO_CONSOLE", "hvc0, the console of cloud-like virtual machines"),
        ),
    ),
    Group(
        purpose="Keyboard",
        options=(
            built_in("KEYBOARD_ATKBD", "PS/2 keyboards, and what most BMCs and VMs emulate"),
            built_in("SERIO_I8042", "their controller"),
            built_in("INPUT", "input devices"),
            base("HID", "hid", "USB keyboards"),
            base("HID_GENERIC", "hid-generic", "USB keyboards"),
            base("USB_HID", "usbhid", "USB keyboards"),
            driver("HID_LOGITECH_DJ", "hid-logitech-dj", "Logitech's wireless receivers"),
            driver("HID_LOGITECH_HIDPP", "hid-logitech-hidpp", "the keyboards behind them"),
            driver("HID_MICROSOFT", "hid-microsoft", "keyboards that need a quirk"),
            driver("HID_APPLE", "hid-apple", "the same"),
            driver("HYPERV_KEYBOARD", "hyperv-keyboard", "Hyper-V generation 2"),
        ),
    ),
)
