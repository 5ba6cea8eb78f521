"""The port through which messages leave the centre, and SMTP as one implementation."""

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import make_msgid
from typing import Protocol

SECONDS = 20.0


class NotSentError(Exception):
    """The message was not sent just now; it is tried again."""


class RefusedError(Exception):
    """The other side will never accept it (no such address)."""


class Sender(Protocol):
    """Sends one message; its result proves that the other side has accepted it."""

    def send(self, to: str, subject: str, text: str) -> str:
        """Raises NotSentError or RefusedError."""


@dataclass(frozen=True, repr=False)
class Smtp:
    """A mail server. `tls`: STARTTLS with a checked certificate; plain only on this machine."""

    host: str
    port: int
    sender: str
    tls: bool = True
    user: str | None = None
    password: str | None = None

    def send(self, to: str, subject: str, text: str) -> str:
        """See the port."""
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.sender, to, subject
        message["Message-ID"] = make_msgid(domain=self.sender.rpartition("@")[2] or None)
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(text)
        try:
            with smtplib.SMTP(self.host, self.port, timeout=SECONDS) as server:
                if self.tls:
                    server.starttls(context=ssl.create_default_context())
                if self.user is not None:
                    server.login(self.user, self.password or "")
                server.ehlo_or_helo_if_needed()
                code, words = server.mail(self.sender)
                if code != 250:
                    raise NotSentError(f"{code} {words.decode(errors='replace')}")
                code, words = server.rcpt(to)
                if code >= 500:
                    raise RefusedError(f"{code} {words.decode(errors='replace')}")
                code, words = server.data(message.as_bytes())
                if code != 250:
                    raise NotSentError(f"{code} {words.decode(errors='replace')}")
        except (OSError, smtplib.SMTPException) as problem:
            raise NotSentError(f"{type(problem).__name__}: {problem}") from problem
        return f"{message['Message-ID']} {code} {words.decode(errors='replace')}"[:300]
