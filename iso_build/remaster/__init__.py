"""A medium that installs by itself: a built ISO with a kickstart file and boot options put into it."""
