"""Scripts of a scripted installation: what one is, how it is run, and those of the first start."""

VARIABLE = "BEDPLATE_SCRIPT"
"""In the environment of every script: the section it is from, ``%firstboot``. What a command of another
product asks for and this host has not got is a warning under a script, and a failure otherwise."""
