"""The installer: screens and scripts produce one InstallSpec, one engine carries it out."""
