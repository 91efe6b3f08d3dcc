"""What a datastore may be called."""

DEFAULT_LABEL = "datastore1"
"""The name of the datastore on the system's own disk."""

LONGEST_NAME = 12
"""Bytes of a datastore's name: it is the label of its file system, and XFS keeps no more (mkfs.xfs(8))."""
