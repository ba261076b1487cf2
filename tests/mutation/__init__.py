"""Whether the tests notice: the code is changed in small ways, and each time a test has to fail."""
