"""The tasks an installation consists of, one module each."""
