"""Disks: layout, partitions, what is on them and what stands in the way."""
