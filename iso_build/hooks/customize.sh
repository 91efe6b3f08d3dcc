#!/bin/sh
# Runs inside mmdebstrap after all packages are in: $1 is the new root.
set -eu
root=$1

# Everything of ours is one layer below /opt, appended to the finished image; /usr/local leads there,
# so that systemd, udev, sysctl, Python and PATH find their parts where they look anyway.
rm -rf "$root/usr/local" "$root/opt"
ln -s /opt/bedplate/local "$root/usr/local"

# Scripts for ESXi call its commands by their whole paths, as /bin/vim-cmd and /sbin/esxcli.
for program in esxcfg-firewall esxcfg-nics esxcfg-route esxcfg-vmknic esxcfg-vswitch esxcli localcli vim-cmd; do
    ln -s "/usr/local/bin/$program" "$root/usr/bin/$program"
    ln -s "/usr/local/bin/$program" "$root/usr/sbin/$program"
done

# Folders that scripts for ESXi write to without making them.
mkdir -p "$root/etc/vmware" "$root/etc/ssh/keys-root" "$root/etc/rc.local.d"

# systemd looks for what is run last, after everything is unmounted, in this one place only.
rm -rf "$root/usr/lib/systemd/system-shutdown"
ln -s /opt/bedplate/local/lib/systemd/system-shutdown "$root/usr/lib/systemd/system-shutdown"

# Mount points of the running system.
mkdir -p "$root/state" "$root/vmfs/volumes" "$root/run/bedplate"

# The management agent's user. A fixed number keeps two builds equal.
chroot "$root" useradd --system --uid 880 --user-group --no-create-home \
    --home-dir /nonexistent --shell /usr/sbin/nologin bedplate

# No login until a password is set; no keys that two hosts would share.
chroot "$root" passwd --lock root
rm -f "$root"/etc/ssh/ssh_host_* "$root/var/lib/systemd/random-seed" "$root/var/lib/dbus/machine-id"
echo uninitialized >"$root/etc/machine-id"
echo localhost >"$root/etc/hostname"
printf '127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost\n' >"$root/etc/hosts"
: >"$root/etc/fstab"
: >"$root/etc/motd"
: >"$root/etc/issue"
ln -sf ../run/systemd/resolve/stub-resolv.conf "$root/etc/resolv.conf"
ln -sf ../usr/share/zoneinfo/Etc/UTC "$root/etc/localtime"

# Consoles belong to the installer and the direct console, never to a login prompt.
for unit in getty@.service serial-getty@.service autovt@.service console-getty.service getty.target \
    systemd-networkd-wait-online.service apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer \
    fstrim.timer e2scrub_all.timer e2scrub_reap.service e2scrub_all.service man-db.timer \
    lvm2-monitor.service lvm2-lvmpolld.socket dm-event.socket mdmonitor.service mdcheck_start.timer \
    mdcheck_continue.timer mdmonitor-oneshot.timer mdadm-shutdown.service blk-availability.service \
    systemd-pcrphase.service systemd-pcrphase-sysinit.service ldconfig.service systemd-firstboot.service \
    systemd-update-done.service systemd-hwdb-update.service systemd-journal-catalog-update.service \
    systemd-machine-id-commit.service systemd-boot-random-seed.service first-boot-complete.target \
    systemd-homed.service systemd-userdbd.socket systemd-binfmt.service libvirt-guests.service \
    sys-fs-fuse-connections.mount proc-sys-fs-binfmt_misc.automount sshd-keygen.service ssh.socket; do
    ln -sf /dev/null "$root/etc/systemd/system/$unit"
done

# What generators would look for is never there; each costs time at every start.
mkdir -p "$root/etc/systemd/system-generators"
for generator in systemd-ssh-generator systemd-gpt-auto-generator systemd-getty-generator \
    systemd-hibernate-resume-generator systemd-bless-boot-generator systemd-tpm2-generator \
    systemd-system-update-generator systemd-cryptsetup-generator systemd-veritysetup-generator \
    systemd-integritysetup-generator systemd-factory-reset-generator systemd-rc-local-generator; do
    ln -sf /dev/null "$root/etc/systemd/system-generators/$generator"
done

# A foreign array or volume group is somebody's data: nothing assembles or activates it by itself.
for rule in 63-md-raid-arrays.rules 64-md-raid-assembly.rules 69-lvm.rules 69-lvm-metad.rules; do
    ln -sf /dev/null "$root/etc/udev/rules.d/$rule"
done

# Users and groups that the image's services expect exist now, not at every start.
chroot "$root" systemd-sysusers
rm -f "$root"/etc/*- "$root/etc/.pwd.lock" "$root/var/cache/ldconfig/aux-cache"
