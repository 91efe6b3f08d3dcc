"""The screens of the interactive installer, one module each."""
