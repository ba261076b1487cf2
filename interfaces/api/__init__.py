"""The HTTP API: routes parse, ask and answer."""
