"""The management agent: what the host says over HTTPS. Thin over host/."""
