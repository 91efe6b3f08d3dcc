"""What a host is and how it is changed. No user interface, no HTTP; imports nothing above it."""
