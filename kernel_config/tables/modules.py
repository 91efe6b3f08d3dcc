"""Which modules the image keeps and which it leaves out.

Patterns are paths below ``kernel/`` without ``.ko`` and what follows; one that ends in ``/`` stands for
everything below it, ``*`` for any characters. Of the patterns that fit a module, the longest decides.
"""

from __future__ import annotations

import msgspec


class Part(msgspec.Struct, frozen=True):
    """Modules that are kept, or left out, for one reason."""

    keep: bool
    reason: str
    patterns: tuple[str, ...]


def _kept(reason: str, patterns: str) -> Part:
    return Part(True, reason, tuple(patterns.split()))


def _left_out(reason: str, patterns: str) -> Part:
    return Part(False, reason, tuple(patterns.split()))


PARTS = (
    # The kernel itself
    _kept("KVM, MSRs, ciphers and checksums with the CPU's own instructions, power meters", "arch/"),
    _kept("interrupts from a passed-through device straight into its guest", "virt/"),
    _kept("ciphers and checksums, asked for by name when a program or driver wants one", "crypto/ lib/"),
    _left_out("tests of the kernel itself", "crypto/tcrypt lib/test_* lib/*-inject mm/ arch/x86/*inject*"),
    _left_out("mq-deadline and none are built in", "block/"),
    # Disks
    _kept("SATA and IDE", "drivers/ata/ drivers/cdrom/"),
    _left_out(
        "IDE and SATA chips from before any CPU that can run KVM", "drivers/ata/pata_* drivers/ata/pdc_adma"
    ),
    _kept(
        "IDE on boards and in hypervisors of the KVM era", "drivers/ata/pata_jmicron drivers/ata/pata_marvell"
    ),
    _kept("NVMe, also over networks", "drivers/nvme/host/ drivers/nvme/common/"),
    _left_out(
        "the host serves no disks to others",
        "drivers/nvme/target/ drivers/target/ drivers/vhost/vhost_scsi drivers/scsi/qla2xxx/tcm_qla2xxx",
    ),
    _kept("disk controllers, Fibre Channel, iSCSI, several paths", "drivers/scsi/ drivers/message/"),
    _left_out(
        "parallel SCSI and RAID from before any CPU that can run KVM",
        "drivers/scsi/3w-xxxx drivers/scsi/BusLogic drivers/scsi/a100u2w drivers/scsi/advansys "
        "drivers/scsi/aic7xxx/ drivers/scsi/aic94xx/ drivers/scsi/am53c974 drivers/scsi/atp870u "
        "drivers/scsi/dc395x drivers/scsi/dmx3191d drivers/scsi/esp_scsi drivers/scsi/initio "
        "drivers/scsi/ips drivers/scsi/megaraid drivers/scsi/megaraid/megaraid_m* drivers/scsi/myr* "
        "drivers/scsi/pcmcia/ drivers/scsi/qla1280 drivers/scsi/qlogicfas408 drivers/scsi/sym53c8xx_2/ "
        "drivers/scsi/wd719x",
    ),
    _left_out(
        "tapes, changers, test devices and Xen",
        "drivers/scsi/st drivers/scsi/ch drivers/scsi/scsi_debug drivers/scsi/xen-scsifront "
        "drivers/message/fusion/mptlan drivers/message/fusion/mptctl",
    ),
    _kept("loop, nbd and virtio disks", "drivers/block/loop drivers/block/nbd drivers/block/virtio_blk"),
    _left_out("clustered, network and test disks", "drivers/block/"),
    _kept("verity, LVM, multipath, encryption and software RAID", "drivers/md/"),
    _left_out(
        "device mapper targets for tests, clusters and special hardware",
        "drivers/md/dm-log-writes drivers/md/dm-flakey drivers/md/dm-delay drivers/md/dm-zoned "
        "drivers/md/dm-era drivers/md/dm-switch drivers/md/dm-unstripe drivers/md/dm-vdo* "
        "drivers/md/bcache/ drivers/md/md-cluster",
    ),
    _kept("SD cards and eMMC", "drivers/mmc/ drivers/misc/cardreader/"),
    _left_out(
        "SD readers of PC cards and laptops",
        "drivers/mmc/host/sdricoh_cs drivers/mmc/host/tifm_sd drivers/mmc/host/cb710-mmc "
        "drivers/mmc/host/wbsd drivers/mmc/host/toshsd drivers/mmc/host/via-sdmmc drivers/mmc/host/ushc "
        "drivers/mmc/host/vub300",
    ),
    _kept("persistent memory", "drivers/nvdimm/ drivers/dax/"),
    _left_out("CXL memory", "drivers/dax/dax_cxl drivers/dax/hmem/ drivers/cxl/"),
    # File systems
    _kept(
        "banks, STATE, datastores, the image, media and sticks",
        "fs/ext4/ fs/jbd2/ fs/mbcache fs/xfs/ fs/fat/ fs/exfat/ fs/isofs/ fs/udf/ fs/squashfs/ fs/overlayfs/",
    ),
    _left_out("a second driver for FAT without long names", "fs/fat/msdos"),
    _kept(
        "firmware variables, crash messages, settings, automount and FUSE",
        "fs/efivarfs/ fs/pstore/ fs/configfs/ fs/autofs/ fs/fuse/",
    ),
    _kept(
        "ks=nfs:// and NFS datastores",
        "fs/nfs/ fs/nfs_common/ fs/lockd/ fs/netfs/ net/sunrpc/ net/dns_resolver/",
    ),
    _left_out(
        "NVMe and NFS over RDMA, and flexible file layouts",
        "drivers/nvme/host/nvme-rdma net/sunrpc/xprtrdma/ fs/nfs/flexfilelayout/ fs/nfs/blocklayout/",
    ),
    _kept(
        "names on FAT and Joliet",
        "fs/nls/nls_ascii fs/nls/nls_cp437 fs/nls/nls_cp850 fs/nls/nls_iso8859-1 fs/nls/nls_iso8859-15 "
        "fs/nls/nls_utf8 fs/nls/nls_ucs2_utils",
    ),
    _left_out("file systems the host never mounts (foreign disks are recognised without them)", "fs/"),
    # Network
    _kept(
        "virtual switches, VLANs, bridges",
        "net/8021q/ net/802/ net/bridge/ net/llc/ net/packet/ net/core/ net/unix/ net/netlink/ net/psample/",
    ),
    _kept("IP and the firewall", "net/ipv4/ net/ipv6/ net/netfilter/ net/xfrm/ net/tls/"),
    _left_out(
        "IP virtual server, and address sets of the old iptables",
        "net/netfilter/ipvs/ net/netfilter/ipset/ net/netfilter/xt_ipvs net/netfilter/xt_set "
        "net/sched/em_ipset",
    ),
    _left_out("other congestion controls than cubic and BBR", "net/ipv4/tcp_*"),
    _kept("BBR, and what ss shows", "net/ipv4/tcp_bbr net/ipv4/tcp_diag"),
    _kept("traffic shaping", "net/sched/"),
    _left_out(
        "traffic control for carriers, time-triggered networks and tests",
        "net/sched/sch_cake net/sched/sch_taprio net/sched/sch_etf net/sched/sch_cbs net/sched/sch_netem "
        "net/sched/act_mpls net/sched/act_gate net/sched/em_canid net/sched/sch_hhf net/sched/sch_teql "
        "net/sched/act_ife* net/sched/act_meta_*",
    ),
    _kept("vsock between host and guests", "net/vmw_vsock/"),
    _left_out(
        "hosts that are guests of Hyper-V or VMware have no use for vsock to those",
        "net/vmw_vsock/hv_sock net/vmw_vsock/vmw_vsock_vmci_transport",
    ),
    _left_out("protocols no management network or guest network speaks on the host", "net/"),
    _kept("Ethernet cards", "drivers/net/ethernet/"),
    _left_out(
        "Ethernet of smart cards without free firmware, and from before any CPU that can run KVM",
        "drivers/net/ethernet/3com/ drivers/net/ethernet/adaptec/ drivers/net/ethernet/agere/ "
        "drivers/net/ethernet/alteon/ drivers/net/ethernet/cavium/ drivers/net/ethernet/dlink/ "
        "drivers/net/ethernet/fujitsu/ drivers/net/ethernet/micrel/ drivers/net/ethernet/myricom/ "
        "drivers/net/ethernet/natsemi/ drivers/net/ethernet/neterion/ drivers/net/ethernet/netronome/ "
        "drivers/net/ethernet/packetengines/ drivers/net/ethernet/rdc/ drivers/net/ethernet/silan/ "
        "drivers/net/ethernet/sis/ drivers/net/ethernet/smsc/ drivers/net/ethernet/broadcom/b44 "
        "drivers/net/ethernet/sun/ drivers/net/ethernet/tehuti/ drivers/net/ethernet/ti/ "
        "drivers/net/ethernet/xircom/ drivers/net/ethernet/8390/ drivers/net/ethernet/chelsio/cxgb/ "
        "drivers/net/ethernet/qlogic/qla3xxx drivers/net/ethernet/amd/nmclan_cs "
        "drivers/net/ethernet/stmicro/stmmac/stmmac-* drivers/net/ethernet/dec/tulip/de* "
        "drivers/net/ethernet/dec/tulip/winbond* drivers/net/ethernet/dec/tulip/xircom* "
        "drivers/net/ethernet/dec/tulip/uli*",
    ),
    _kept("what hypervisors emulate", "drivers/net/ethernet/8390/ne2k-pci drivers/net/ethernet/8390/8390"),
    _kept("Intel's Ethernet on small boards", "drivers/net/ethernet/stmicro/stmmac/dwmac-intel"),
    _kept(
        "the PHYs on those cards",
        "drivers/net/phy/ drivers/net/mdio/ drivers/net/mdio drivers/net/mii drivers/net/pcs/",
    ),
    _kept(
        "cards of hypervisors",
        "drivers/net/virtio_net drivers/net/net_failover drivers/net/vmxnet3/ drivers/net/hyperv/",
    ),
    _kept(
        "teaming, and virtual interfaces",
        "drivers/net/bonding/ drivers/net/macvlan drivers/net/macvtap drivers/net/tap drivers/net/tun "
        "drivers/net/veth drivers/net/dummy drivers/net/vxlan/ drivers/net/geneve drivers/net/netconsole "
        "drivers/net/ifb drivers/net/ipvlan/ drivers/net/vrf",
    ),
    _kept(
        "USB adapters of home labs, and the network between host and BMC",
        "drivers/net/usb/usbnet drivers/net/usb/cdc_ether drivers/net/usb/cdc_ncm drivers/net/usb/cdc_eem "
        "drivers/net/usb/cdc_subset drivers/net/usb/rndis_host drivers/net/usb/r8152 "
        "drivers/net/usb/r8153_ecm drivers/net/usb/ax88179_178a drivers/net/usb/asix drivers/net/usb/aqc111 "
        "drivers/net/usb/lan78xx",
    ),
    _left_out("wireless, mobile, dial-up, tunnels and networks other than Ethernet", "drivers/net/"),
    # Virtual machines
    _kept(
        "devices of guests, and devices passed through to them",
        "drivers/vhost/ drivers/vfio/ drivers/vdpa/ drivers/iommu/ drivers/pci/pci-stub "
        "drivers/pci/pci-pf-stub",
    ),
    _kept(
        "Bedplate inside another hypervisor",
        "drivers/virtio/ drivers/hv/ drivers/pci/controller/ drivers/misc/vmw_balloon drivers/misc/pvpanic/",
    ),
    _left_out("input devices of virtio", "drivers/virtio/virtio_input"),
    # Machine
    _kept(
        "USB controllers and disks",
        "drivers/usb/core/ drivers/usb/common/ drivers/usb/host/ drivers/usb/storage/ drivers/usb/roles/",
    ),
    _left_out(
        "controllers on PC cards, LED triggers, and readers of old camera cards",
        "drivers/usb/host/sl811* drivers/usb/core/ledtrig-usbport drivers/usb/storage/ums-*",
    ),
    _kept("the reader chip of many SD modules", "drivers/usb/storage/ums-realtek"),
    _kept(
        "serial adapters: UPS, and serial lines for guests",
        "drivers/usb/class/cdc-acm drivers/usb/serial/usbserial drivers/usb/serial/ftdi_sio "
        "drivers/usb/serial/pl2303 drivers/usb/serial/cp210x drivers/usb/serial/ch341",
    ),
    _left_out("USB gadgets, cameras, modems and the rest of USB", "drivers/usb/"),
    _kept(
        "USB keyboards",
        "drivers/hid/hid drivers/hid/hid-generic drivers/hid/usbhid/ drivers/hid/hid-a4tech "
        "drivers/hid/hid-apple drivers/hid/hid-belkin drivers/hid/hid-cherry drivers/hid/hid-chicony "
        "drivers/hid/hid-cypress drivers/hid/hid-ezkey drivers/hid/hid-gyration drivers/hid/hid-hyperv "
        "drivers/hid/hid-ite drivers/hid/hid-kensington drivers/hid/hid-keytouch drivers/hid/hid-lenovo "
        "drivers/hid/hid-logitech* drivers/hid/hid-microsoft drivers/hid/hid-monterey "
        "drivers/hid/hid-redragon drivers/hid/hid-roccat* drivers/hid/hid-samsung drivers/hid/hid-sunplus",
    ),
    _left_out("pointers, game controllers, tablets and sensors", "drivers/hid/"),
    _kept(
        "the keyboard of Hyper-V, raw PS/2, and input from the management agent",
        "drivers/input/serio/hyperv-keyboard drivers/input/serio/serio_raw drivers/input/evdev "
        "drivers/input/misc/uinput drivers/input/sparse-keymap drivers/input/ff-memless",
    ),
    _left_out("mice, tablets, touch screens, game controllers and the speaker", "drivers/input/"),
    _kept(
        "the BMC, TPM and random numbers",
        "drivers/char/ipmi/ drivers/char/tpm/ drivers/char/hw_random/ drivers/char/nvram",
    ),
    _left_out("printers and special cards", "drivers/char/"),
    _kept("watchdogs", "drivers/watchdog/"),
    _left_out(
        "watchdogs of ISA cards and of Xen",
        "drivers/watchdog/xen_wdt drivers/watchdog/acquirewdt drivers/watchdog/advantechwdt "
        "drivers/watchdog/eurotechwdt drivers/watchdog/ib700wdt drivers/watchdog/sbc* "
        "drivers/watchdog/wafer5823wdt drivers/watchdog/cpu5wdt drivers/watchdog/pcwd* "
        "drivers/watchdog/wdt_pci drivers/watchdog/machzwd drivers/watchdog/pc87413_wdt "
        "drivers/watchdog/sc1200wdt drivers/watchdog/simatic* drivers/watchdog/kempld_wdt "
        "drivers/watchdog/menf21bmc_wdt drivers/watchdog/mei_wdt drivers/watchdog/ni* "
        "drivers/watchdog/nv_tco drivers/watchdog/via_wdt",
    ),
    _kept("ACPI", "drivers/acpi/"),
    _left_out(
        "laptops, error injection",
        "drivers/acpi/sbs drivers/acpi/sbshc drivers/acpi/battery drivers/acpi/apei/einj drivers/acpi/ac",
    ),
    _kept(
        "power management of CPUs, heat and power meters",
        "drivers/cpufreq/ drivers/thermal/ drivers/powercap/",
    ),
    _left_out(
        "scaling of CPUs that cannot run KVM", "drivers/cpufreq/p4-clockmod drivers/cpufreq/speedstep*"
    ),
    _kept("memory errors by slot", "drivers/edac/ drivers/ras/"),
    _kept(
        "temperatures, fans and voltages of CPUs, boards, disks and power supplies",
        "drivers/hwmon/coretemp drivers/hwmon/k10temp drivers/hwmon/fam15h_power drivers/hwmon/k8temp "
        "drivers/hwmon/drivetemp drivers/hwmon/jc42 drivers/hwmon/acpi_power_meter drivers/hwmon/hwmon-vid "
        "drivers/hwmon/nct6* drivers/hwmon/nct7* drivers/hwmon/it87 drivers/hwmon/w83627ehf "
        "drivers/hwmon/w83795 drivers/hwmon/ibmpex drivers/hwmon/ibmaem drivers/hwmon/i5k_amb "
        "drivers/hwmon/lm75 drivers/hwmon/f71882fg",
    ),
    _left_out("sensors of laptops and hobby boards", "drivers/hwmon/"),
    _kept(
        "the SMBus, with sensors and the BMC on it",
        "drivers/i2c/busses/i2c-i801 drivers/i2c/busses/i2c-piix4 drivers/i2c/busses/i2c-ismt "
        "drivers/i2c/busses/i2c-designware* drivers/i2c/i2c-smbus drivers/i2c/i2c-dev drivers/i2c/i2c-mux "
        "drivers/i2c/algos/i2c-algo-bit",
    ),
    _left_out("other I2C buses", "drivers/i2c/"),
    _kept(
        "chip sets: DMA engines, LPC, low power buses, pins",
        "drivers/dma/ drivers/dca/ drivers/mfd/lpc_ich drivers/mfd/lpc_sch drivers/mfd/intel-lpss* "
        "drivers/pinctrl/",
    ),
    _left_out("parts of laptops and tablets", "drivers/mfd/"),
    _kept("firmware: boot from SAN, variables, the hypervisor's settings", "drivers/firmware/"),
    _left_out("Chromebooks and audio processors", "drivers/firmware/google/ drivers/firmware/cirrus/"),
    _kept("clocks of network cards and hypervisors", "drivers/ptp/ptp_kvm drivers/ptp/ptp_vmw drivers/pps/"),
    _left_out("clock cards", "drivers/ptp/ drivers/pps/clients/pps_parport"),
    _kept("serial lines on PCI and in chip sets", "drivers/tty/serial/8250/ drivers/tty/serial/jsm/"),
    _left_out("modem and terminal cards", "drivers/tty/ drivers/tty/serial/8250/serial_cs"),
    _kept(
        "enclosures, memory modules and iLO",
        "drivers/misc/enclosure drivers/misc/hpilo drivers/misc/eeprom/at24 drivers/misc/eeprom/ee1004 "
        "drivers/misc/eeprom/eeprom_93cx6",
    ),
    _left_out("special cards", "drivers/misc/"),
    _kept(
        "Dell and HPE servers, power limits, telemetry",
        "drivers/platform/x86/dell/dcdbas drivers/platform/x86/dell/dell-smbios "
        "drivers/platform/x86/dell/dell-wmi-descriptor drivers/platform/x86/wmi "
        "drivers/platform/x86/wmi-bmof drivers/platform/x86/intel/intel_vsec* "
        "drivers/platform/x86/intel/pmt/ drivers/platform/x86/intel/speed_select_if/ "
        "drivers/platform/x86/intel/uncore-frequency/ drivers/platform/x86/intel/intel_tpmi*",
    ),
    _left_out("laptops and tablets", "drivers/platform/"),
    _kept("ciphers of passed-through accelerators, and AMD's secure processor (SEV)", "drivers/crypto/ccp/"),
    _left_out("crypto cards", "drivers/crypto/"),
    _kept("user space drivers, for VMs without an IOMMU", "drivers/uio/uio drivers/uio/uio_pci_generic"),
    _left_out("industrial cards", "drivers/uio/"),
    _kept("UFS flash", "drivers/ufs/"),
    _kept("scaling governor of that", "drivers/devfreq/"),
    # What a kept driver cannot do without
    _kept(
        "needed by sata_sis, ice, i2c-designware, lpc_ich, vmw_balloon, sfc, stmmac, atlantic, lpfc",
        "drivers/ata/pata_sis drivers/gnss/gnss drivers/i2c/busses/i2c-ccgx-ucsi drivers/mfd/intel_pmc_bxt "
        "drivers/misc/vmw_vmci/ drivers/mtd/mtd drivers/net/ethernet/stmicro/stmmac/stmmac-platform "
        "drivers/net/macsec drivers/nvme/target/nvmet drivers/nvme/target/nvmet-fc",
    ),
    # What a server has no use for
    _left_out(
        "no graphics beyond the text console, which firmware or VGA give us",
        "drivers/gpu/ drivers/video/ drivers/accel/",
    ),
    _left_out("sound", "sound/ drivers/soundwire/ drivers/slimbus/"),
    _left_out("radio, television and cameras", "drivers/media/"),
    _left_out(
        "Bluetooth, NFC, navigation, wireless boards",
        "drivers/bluetooth/ drivers/nfc/ drivers/gnss/ drivers/bcma/ drivers/ssb/",
    ),
    _left_out("sensors and measuring cards", "drivers/iio/ drivers/comedi/ drivers/w1/ drivers/hwtracing/"),
    _left_out("not fit for use yet", "drivers/staging/"),
    _left_out(
        "RDMA: no part of the product uses it; Ethernet of the same cards is kept", "drivers/infiniband/"
    ),
    _left_out("telephone and ATM networks", "drivers/isdn/ drivers/atm/"),
    _left_out("flash chips of embedded boards", "drivers/mtd/ drivers/memstick/"),
    _left_out(
        "buses of laptops and embedded boards",
        "drivers/firewire/ drivers/thunderbolt/ drivers/pcmcia/ drivers/parport/ drivers/spi/ drivers/gpio/ "
        "drivers/pwm/ drivers/extcon/ drivers/leds/ drivers/power/ drivers/rtc/ drivers/bus/ drivers/base/ "
        "drivers/soc/ drivers/tee/",
    ),
    _left_out("speech output, Android", "drivers/accessibility/ drivers/android/"),
    _left_out("Bedplate does not run inside these", "drivers/virt/ drivers/xen/ drivers/pci/xen-pcifront"),
    _left_out("old hot-plug controllers, error injection", "drivers/pci/"),
)
