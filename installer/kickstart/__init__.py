"""Scripted installation: where a kickstart file comes from and what it means."""
