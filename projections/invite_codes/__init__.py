"""Which invite codes are there, and how much of each is used?

Fed by: invite_code.issued, invite_code.used, invite_code.revoked
Keyed by: invite_id
Served at: GET /admin/invite-codes
Rebuild: from the first event
"""
