"""The machine the host runs on: probed once into plain data that can be recorded and replayed."""
