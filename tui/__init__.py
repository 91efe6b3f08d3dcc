"""The urwid kit both text programs share. No domain words; imports nothing of host or above.

urwid offers event loops for six other libraries and imports, or looks for, all of them: asyncio with ssl
alone is a fifth of its start, some tenths of a second on an emulated processor before the first screen.
Only its own loop is used here, so the others are marked as missing before urwid is imported.
"""

import sys
import types

_LOOPS = "urwid.event_loop."

if "urwid" not in sys.modules:
    for _name in ("twisted_loop", "tornado_loop", "glib_loop", "trio_loop", "zmq_loop"):
        sys.modules[_LOOPS + _name] = None  # type: ignore[assignment]
    # This one urwid insists on.
    _asyncio = types.ModuleType(_LOOPS + "asyncio_loop")
    _asyncio.AsyncioEventLoop = None  # type: ignore[attr-defined]
    sys.modules[_asyncio.__name__] = _asyncio
