"""One module for each entry of the menus; see dcui.entry for what they have in common."""
