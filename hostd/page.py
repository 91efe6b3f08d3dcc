"""The page a browser shows at the host's address."""

from __future__ import annotations

import base64
import hashlib
from html import escape

from hostd.about import About, State

STYLE = """
:root { color-scheme: light dark; --ink: #1b2a33; --soft: #51626d; --paper: #f3f5f6; --card: #fff;
  --line: #d5dde1; --good: #1a7f4b; --bad: #b4470f; --mark: #c98a00 }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf1; --soft: #a3b3bd; --paper: #11181c;
  --card: #1a2329; --line: #33424b; --good: #56cf8d; --bad: #ff9a62; --mark: #f2c14e } }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem;
  background: var(--paper); color: var(--ink); font: 1rem/1.55 system-ui, sans-serif }
main { width: 100%; max-width: 40rem; background: var(--card); border: 1px solid var(--line);
  border-top: .4rem solid var(--mark); border-radius: .5rem; padding: clamp(1.25rem, 5vw, 2.5rem) }
h1 { margin: 0; font-size: 2rem; line-height: 1.2; letter-spacing: -.02em }
h2 { margin: 2rem 0 .5rem; font-size: 1.1rem }
p { margin: .5rem 0 }
.soft { color: var(--soft) }
.state { font-weight: 600 }
.running { color: var(--good) } .degraded { color: var(--bad) }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .35rem 1.25rem; margin: 1.5rem 0 0;
  border-top: 1px solid var(--line); padding-top: 1.25rem }
dt { color: var(--soft) } dd { margin: 0; overflow-wrap: anywhere }
li { margin: .35rem 0 } ul { padding-left: 1.25rem; margin: .5rem 0 0 }
kbd, code { font: .9em ui-monospace, monospace; background: var(--paper); border: 1px solid var(--line);
  border-radius: .25rem; padding: .1em .4em }
a { color: inherit }
"""

STYLE_SOURCE = "'sha256-" + base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode() + "'"
"""What a content security policy names this style by."""

_STATES = {
    State.RUNNING: "This host is running.",
    State.DEGRADED: "This host is up, but its virtual machine engine is not running.",
}


def page(about: About) -> str:
    """The page as HTML. It needs no script, no image and nothing from elsewhere."""
    product, version, build = escape(about.product), escape(about.version), escape(about.build)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{product} {version}</title>
<style>{STYLE}</style>
</head>
<body>
<main>
<h1>{product}</h1>
<p class="soft">A host for virtual machines.</p>
<dl>
<dt>Version</dt><dd>{version}</dd>
<dt>Build</dt><dd>{build}</dd>
<dt>State</dt><dd class="state {about.state.value}">{_STATES[about.state]}</dd>
</dl>
<h2>What this page is</h2>
<p>The management agent of this host answers here. The page shows what is installed and whether it runs; there
is nothing to log in to on it.</p>
<h2>What to do from here</h2>
<ul>
<li><strong>Settings of the host</strong> are made on its console: press <kbd>F2</kbd> and log in as
<code>root</code>. Network, password, keyboard, SSH and logs are there.</li>
<li><strong>Virtual machines</strong> are run in its shell with <code>virsh</code>: switch on SSH or the shell
on the console, under Troubleshooting Options.</li>
<li><strong>Programs</strong> read what this page shows as JSON at
<a href="/api/about"><code>/api/about</code></a>.</li>
<li><strong>Is this the right host?</strong> Compare the SHA-256 fingerprint of the certificate in your
browser with the one on the console, under View Support Information.</li>
</ul>
</main>
</body>
</html>
"""
