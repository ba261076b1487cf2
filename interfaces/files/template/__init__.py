"""Our own two formats, the 12-column template and the export: one table of rules (3.1-3.4)."""
