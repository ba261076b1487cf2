"""The demo: a user with two accounts on real bundled prices, seeded through the same import."""
