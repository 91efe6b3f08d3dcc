"""The host's own commands as scripts for ESXi know them: esxcli, localcli and vim-cmd."""
