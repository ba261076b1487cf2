"""The pages in a real Chromium, against the real server (spec 8)."""
