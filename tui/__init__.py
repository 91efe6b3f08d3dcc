"""The urwid kit that the installer and the direct console share. No domain words."""
