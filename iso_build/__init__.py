"""From packages to a bootable ISO, one readable step per function."""
