"""The management network: changed all at once, confirmed or rolled back."""
