"""The rows of kernel_config.options, one file for each part of the system they serve."""
