"""The ways in: HTTP, pages, command line and files. Only `bootstrap` knows the adapters."""
