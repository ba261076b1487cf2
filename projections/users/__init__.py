"""Who is registered, with which rights, and whose tokens are good?

Fed by: user.registered, user.promoted_to_superuser, user.demoted_from_superuser,
  user.granted_auditor, user.revoked_auditor, user.deactivated, user.reactivated,
  user.password_changed, user.sessions_revoked, user.logged_out, user.impersonation_stopped,
  user.logged_in, user.account_opened, user.account_closed, user.forgotten
Keyed by: user_id
Served at: GET /auth/me, GET /admin/users
Rebuild: from the first event
"""
