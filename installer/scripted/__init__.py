"""A scripted installation as a program of its own: from the boot options to the restart.

* ``events``: what it says while it runs, and ``story``: what that comes to;
* ``run``: the run itself, chapter by chapter;
* ``session``: how consoles start it once, follow it and end it;
* ``__main__``: the program.

It knows no screens: installer.screens.scripted shows it, on every console at once.
"""
