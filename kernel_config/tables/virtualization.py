"""Options for running virtual machines."""

from __future__ import annotations

from kernel_config.options import Group, base, built_in, driver

GROUPS = (
    Group(
        purpose="Virtual machines",
        options=(
            built_in("VIRTUALIZATION", "the menu KVM is in"),
            driver("KVM", "kvm", "the hypervisor"),
            driver("KVM_INTEL", "kvm-intel", "Intel VT-x"),
            driver("KVM_AMD", "kvm-amd", "AMD-V"),
            built_in("HIGH_RES_TIMERS", "guest timers finer than a scheduler tick"),
            built_in("EVENTFD", "QEMU's interrupts and door bells"),
            built_in("AIO", "QEMU's native disk I/O (cache=none, io=native)"),
            built_in("IO_URING", "QEMU's io_uring disk I/O"),
            built_in("USERFAULTFD", "post-copy migration and snapshots of running guests"),
            built_in("MEMFD_CREATE", "guest memory shared with vhost-user and virtiofsd"),
            built_in("KSM", "pages that guests have in common are kept once"),
            built_in("TRANSPARENT_HUGEPAGE", "guest memory in 2 MiB pages without reserving any"),
            built_in("HUGETLBFS", "guest memory in reserved huge pages"),
            built_in("COMPACTION", "huge pages are found on a host that has been up for months"),
            built_in("MMU_NOTIFIER", "KVM follows changes of QEMU's memory"),
            built_in("PREEMPT_NOTIFIERS", "KVM follows the scheduler"),
        ),
    ),
    Group(
        purpose="Devices of virtual machines",
        options=(
            driver("VHOST_NET", "vhost_net", "virtio network cards served in the kernel"),
            driver("VHOST_VSOCK", "vhost_vsock", "guest agents over vsock"),
            base("TUN", "tun", "the host's end of a guest's network card"),
            driver("MACVLAN", "macvlan", "a guest directly on an adapter"),
            driver("MACVTAP", "macvtap", "the same, as libvirt's type='direct'"),
            built_in("IOMMU_SUPPORT", "the IOMMU drivers' menu"),
            built_in("INTEL_IOMMU", "VT-d: passthrough, and devices kept to their own memory"),
            built_in("AMD_IOMMU", "AMD-Vi, the same"),
            built_in("IRQ_REMAP", "interrupts of passed-through devices, and x2APIC"),
            driver("VFIO", "vfio", "passthrough of PCI devices"),
            driver("VFIO_IOMMU_TYPE1", "vfio_iommu_type1", "passthrough through an x86 IOMMU"),
            driver("VFIO_PCI", "vfio-pci", "passthrough of PCI devices"),
            built_in("PCI_IOV", "SR-IOV: virtual functions of a network card for guests"),
            built_in("PCI_MSI", "message interrupts, which every fast device uses"),
            built_in("PCI_ATS", "address translation in the device, for passthrough"),
        ),
    ),
)
