"""One module per outside thing, named after the thing: each implements a port."""
