"""The configuration of a host: one typed document on STATE, written atomically."""
