"""Tools of the people who develop Bedplate; nothing here goes into the image."""
