"""What the appliance demands of its kernel, and why."""
