"""The headers of every answer, also of those the server gives by itself."""

from __future__ import annotations

from hostd.page import STYLE_SOURCE

POLICY = "; ".join(
    (
        "default-src 'none'",
        f"style-src {STYLE_SOURCE}",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)

HEADERS: tuple[tuple[str, str], ...] = (
    ("Content-Security-Policy", POLICY),
    # A day: long enough against a stripped redirect, short enough that a browser that knew this host before
    # it was installed again, with a new authority, is not locked out for long.
    ("Strict-Transport-Security", "max-age=86400"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Cache-Control", "no-store"),
)
