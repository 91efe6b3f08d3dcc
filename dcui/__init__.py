"""The direct console: splash, login and one module per menu entry."""
