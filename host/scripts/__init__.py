"""Scripts of a scripted installation: what one is, how it is run, and those of the first start."""
