"""The report of an account: a page to look at, or a PDF to hand on (spec 4.7)."""
