"""Network boot: the folder that a TFTP and a web server hand out."""
