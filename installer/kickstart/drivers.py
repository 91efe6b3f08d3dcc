"""What the reference calls its storage drivers, and which of Linux serve the same adapters. Data only.

``--firstdisk=lsi_mr3,vmw_ahci`` must find the disk it finds there. From the modules' own descriptions and the
hardware they claim.
"""

from __future__ import annotations

_FAMILIES: tuple[tuple[str, str], ...] = (
    ("vmw_ahci ahci ata_piix vmkata sata-ahci ata-ahci sata_nv", "ahci ata_piix sata_nv"),
    ("nvme nvme_pcie vmw_nvme intel-nvme", "nvme"),
    ("lsi_mr3 megaraid_sas megaraid2 dell-shared-perc8 scsi-megaraid-sas", "megaraid_sas"),
    ("lsi_msgpt3 lsi_msgpt35 mpt3sas", "mpt3sas"),
    ("lsi_msgpt2 mpt2sas", "mpt2sas mpt3sas"),
    ("mptsas mptspi mpt", "mptsas mptspi"),
    ("hpsa nhpsa cciss block-cciss", "hpsa cciss smartpqi"),
    ("smartpqi", "smartpqi"),
    ("aacraid", "aacraid"),
    ("usb-storage vmkusb umass usb", "usb-storage uas"),
    ("pvscsi vmw_pvscsi", "vmw_pvscsi"),
    ("qlnativefc qla2xxx", "qla2xxx"),
    ("lpfc lpfc820", "lpfc"),
    ("nfnic fnic", "fnic"),
    ("bfa", "bfa"),
    ("iscsi_vmk", "iscsi_tcp"),
    ("qedil qedi", "qedi"),
    ("bnx2i", "bnx2i"),
    ("bnx2fc", "bnx2fc"),
    ("vmw_brcmnvmefc brcmnvmefc", "lpfc"),
    ("virtio virtio_scsi virtio-scsi", "virtio_scsi virtio_blk"),
)


def of_linux(name: str) -> frozenset[str]:
    """The drivers of Linux that a driver's name in a kickstart file stands for, itself included."""
    folded = name.lower()
    found = {folded, folded.replace("-", "_"), folded.replace("_", "-")}
    for theirs, ours in _FAMILIES:
        if folded in theirs.split():
            found.update(ours.split())
    return frozenset(found)
