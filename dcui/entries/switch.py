"""What entries that switch a service on and off have in common; no entry by itself."""

from __future__ import annotations

from dcui.backend import Service
from dcui.entry import Context, Pane


def describe(context: Context, name: str, title: str, help_text: str) -> Pane:
    """Its state; the title of the entry names what Enter would do."""
    service = context.backend.service(name)
    state = f"{title} is {'Enabled' if is_on(service) else 'Disabled'}"
    odd = _odd(title, service)
    return Pane(
        (state, odd) if odd else (state,), help_text, f"{'Disable' if is_on(service) else 'Enable'} {title}"
    )


def toggle(context: Context, name: str, title: str) -> None:
    """Switch it, now and for the next start."""

    def switch() -> None:
        on = not is_on(context.backend.service(name))
        context.backend.switch_service(name, on)

    context.app.busy(f"Switching {title} ...", switch, lambda _: context.refresh())


def is_on(service: Service) -> bool:
    """Whether people would call it enabled: it runs, whatever happens at the next start."""
    return service.running


def _odd(title: str, service: Service) -> str:
    if service.running and not service.starts:
        return f"{title} does not start with the host."
    if service.starts and not service.running:
        return f"{title} starts with the host but does not run now."
    return ""
