"""Who is registered, and with which rights?

Fed by: user.registered, user.promoted_to_superuser, user.logged_in, user.account_opened
Keyed by: user_id
Served at: GET /auth/me
Rebuild: from the first event
"""
