"""One module per outside thing, named after it; each implements a port of the application."""
