"""Options that systemd, libvirt and the security of the host rest on."""

from __future__ import annotations

from kernel_config.options import Group, absent, built_in, driver

GROUPS = (
    Group(
        purpose="systemd and libvirt",
        options=(
            built_in("CGROUPS", "services and guests as groups"),
            built_in("MEMCG", "memory limits and accounting of each guest"),
            built_in("BLK_CGROUP", "disk shares of each guest"),
            built_in("CGROUP_SCHED", "CPU shares of each guest"),
            built_in("FAIR_GROUP_SCHED", "the same"),
            built_in("CFS_BANDWIDTH", "CPU limits of each guest"),
            built_in("CPUSETS", "CPU pinning of each guest"),
            built_in("CGROUP_PIDS", "limits on the number of processes"),
            built_in("CGROUP_DEVICE", "which devices a guest's QEMU may open (cgroup v1 interface)"),
            built_in("CGROUP_FREEZER", "freezing a group"),
            built_in("CGROUP_BPF", "the same on cgroup v2, and systemd's firewall of services"),
            built_in("BPF_SYSCALL", "the same"),
            built_in("NAMESPACES", "services that see only what they need"),
            built_in("UTS_NS", "systemd's ProtectHostname"),
            built_in("IPC_NS", "systemd's PrivateIPC"),
            built_in("PID_NS", "processes of a service"),
            built_in("NET_NS", "tests of the network, PrivateNetwork"),
            built_in("USER_NS", "PrivateUsers"),
            built_in("SECCOMP", "QEMU's and systemd's system call filters"),
            built_in("SECCOMP_FILTER", "the same"),
            built_in("SIGNALFD", "systemd"),
            built_in("TIMERFD", "systemd"),
            built_in("EPOLL", "systemd"),
            built_in("FHANDLE", "udev"),
            built_in("SYSFS", "udev"),
            built_in("PROC_FS", "every program"),
            built_in("DMI_SYSFS", "systemd detects the virtualization it runs in"),
            built_in("POSIX_MQUEUE", "systemd mounts /dev/mqueue"),
            built_in("AUDIT", "AppArmor's refusals are logged"),
            driver("CRYPTO_USER_API_HASH", "algif_hash", "systemd's and cryptsetup's hashing in the kernel"),
            driver("CONFIGFS_FS", "configfs", "netconsole's settings"),
            driver("VSOCKETS", "vsock", "guest agents, and a console into test machines"),
        ),
    ),
    Group(
        purpose="Security",
        options=(
            built_in("SECURITY", "security modules"),
            built_in("SECURITY_APPARMOR", "confines QEMU"),
            built_in("SECURITY_YAMA", "ptrace only of one's own children"),
            built_in("STRICT_KERNEL_RWX", "kernel code is not writable"),
            built_in("STRICT_MODULE_RWX", "the same for modules"),
            built_in("STACKPROTECTOR_STRONG", "overrun buffers are noticed"),
            built_in("HARDENED_USERCOPY", "copies beyond a kernel object are refused"),
            built_in("INIT_ON_ALLOC_DEFAULT_ON", "memory of one guest never leaks into another"),
            built_in("STRICT_DEVMEM", "/dev/mem does not show memory"),
            built_in("CPU_MITIGATIONS", "guests cannot read each other through the CPU's caches"),
            built_in("BPF_UNPRIV_DEFAULT_OFF", "no BPF without root"),
            absent("LEGACY_TIOCSTI", "one program cannot type into another's terminal"),
        ),
    ),
    Group(
        purpose="Randomness and time",
        options=(
            built_in("HW_RANDOM", "random number generators"),
            driver("HW_RANDOM_VIRTIO", "virtio-rng", "the host's, inside a virtual machine", own="y"),
            built_in("HW_RANDOM_TPM", "the TPM's"),
            built_in("RTC_CLASS", "the clock that keeps time while the host is off"),
            built_in("RTC_DRV_CMOS", "the same"),
            driver("PTP_1588_CLOCK_KVM", "ptp_kvm", "the host's clock, inside a virtual machine"),
        ),
    ),
)
