"""The management agent: HTTPS, thin over host/."""
