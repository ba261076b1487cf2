"""The command line, `sigmasight`."""
