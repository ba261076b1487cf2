"""Forgetting who somebody is: what happened stays in the log, the person is gone (spec 2.5)."""

from dataclasses import dataclass
from uuid import UUID

from application.access_ports import Passwords, PersonalKeys
from application.administration import with_superusers
from application.deciding import decide
from application.ports import Cause, EventLog, Statement
from application.uploads import Uploads
from domain import identity
from domain.email_claim import EmailClaim
from domain.kernel import Aggregate
from domain.user import User


@dataclass(frozen=True, slots=True)
class Forgetting:
    """The use case of superusers for whoever wants to be forgotten."""

    log: EventLog
    passwords: Passwords
    keys: PersonalKeys
    uploads: Uploads

    def forget(self, user_id: UUID, cause: Cause) -> int:
        """Shut a user out for ever and destroy the key that says who it was, in one transaction.

        Password and uploaded files go with it. The address can be registered again, by somebody
        who is another user. Nothing happens to who is forgotten already. Returns the log's
        position.

        Raises:
            UserUnknown: ERR_USER_404. LastSuperuser: ERR_ADMIN_006.
        """

        def attempt() -> int:
            claims: list[EmailClaim] = []

            def forget(user: User) -> None:
                claims.extend(self._claims(user))  # by the address, while it is known
                user.forget()

            superusers, user = with_superusers(self.log, user_id, forget)
            for claim in claims:
                claim.release()
            together: list[Aggregate] = [superusers, user, *claims]
            return self.log.save(*together, cause=cause, also=self._destroying(user_id))

        return decide(attempt)

    def _destroying(self, user_id: UUID) -> list[Statement]:
        return [
            self.passwords.destroy(user_id),
            self.keys.destroy(user_id),
            self.uploads.destroy(user_id),
        ]

    def _claims(self, user: User) -> list[EmailClaim]:
        """The claim on the user's address; none where the address is not known any more."""
        claim = self.log.load(EmailClaim, identity.email_claim_id(user.email))
        return [claim] if claim is not None and claim.user_id == user.id else []
