"""What an expert tells an asker as a mail, in the asker's language, and the way to the mail server."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.mime.text import MIMEText
from email.utils import format_datetime, formataddr, parseaddr
from typing import Any, Literal

from helpdesk_bot.answer_bank.serving import day
from helpdesk_bot.errors import DeliveryFailed, DeliveryRefused
from helpdesk_bot.phrases import Catalogue, catalogue, language_name, languages
from helpdesk_bot.reply.wording import spoken_date

TIMEOUT_S = 30.0
LONGEST_SUBJECT = 120


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mails are handed in, and as whom; ``security`` as in the setting ``smtp_security``."""

    host: str
    port: int
    security: Literal["starttls", "tls", "none"]
    sender: str
    user: str | None = None
    password: str | None = None
    trusted: str | None = None
    """A file of certificates that are trusted; ``None``: the system's."""

    def send(self, message_id: str, payload: Mapping[str, Any], created_at: str) -> None:
        """Hand a mail in.

        Raises:
            DeliveryRefused: the server will never have this recipient.
            DeliveryFailed: not now. No message of an error names the address.
        """
        message = mail_of(payload, self.sender, message_id, created_at)
        try:
            with self._connect() as server:
                server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            # What the server said may name people: only its codes are told.
            code = max((int(code) for code, _ in error.recipients.values()), default=550)
            if code >= 500:
                raise DeliveryRefused(f"the mail server refuses the recipient (code {code})") from None
            raise DeliveryFailed(f"the mail server puts the recipient off (code {code})") from None
        except smtplib.SMTPResponseException as error:  # of sender or sign-in: for the administrator to mend
            raise DeliveryFailed(f"the mail server refuses (code {error.smtp_code})") from None
        except (smtplib.SMTPException, OSError) as error:
            raise DeliveryFailed(f"the mail server cannot be reached: {type(error).__name__}") from error

    def _connect(self) -> smtplib.SMTP:
        context = ssl.create_default_context(cafile=self.trusted)
        if self.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT_S, context=context)
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_S)
        try:
            if self.security == "starttls":
                server.starttls(context=context)
            if self.user is not None:
                server.login(self.user, self.password or "")
        except BaseException:
            server.close()
            raise
        return server


def mail_of(payload: Mapping[str, Any], sender: str, message_id: str, created_at: str) -> MIMEText:
    """Return a released reply or a message of an expert as a mail: plain text, in the asker's language.

    Args:
        payload: see `outbox.enqueue`.
        sender: the setting ``smtp_from``.
        message_id: of the outbox; a mail that is sent twice carries the same Message-ID.
        created_at: when the expert released or returned it.

    Raises:
        DeliveryRefused: the address is none.
    """
    wanted = payload["language"]
    phrases = catalogue(wanted if wanted in languages() else "en")
    _, address = parseaddr(payload["to"])
    if "@" not in address or any(char in payload["to"] for char in "\r\n"):
        raise DeliveryRefused("the address is none that mail can be sent to")
    question = " ".join(payload["question"].split())
    # Not `EmailMessage`: it loses spaces where it folds a long subject that is not ASCII (CPython 92081).
    is_returned = "message" in payload
    lines = _returned(payload, question, phrases) if is_returned else _released(payload, question, phrases)
    message = MIMEText("\n".join(lines) + "\n", "plain", "utf-8")
    key = "mail_returned_subject" if is_returned else "mail_subject"
    subject = phrases.text(key, question=_shortened(question))
    message["Subject"] = Header(subject, "utf-8", header_name="Subject").encode()
    message["From"] = formataddr(parseaddr(sender))
    message["To"] = address
    message["Date"] = format_datetime(datetime.fromisoformat(created_at))
    domain = parseaddr(sender)[1].rpartition("@")[2] or "helpdesk.invalid"
    message["Message-ID"] = f"<{message_id}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office replies
    message["Content-Language"] = phrases.language
    return message


def _returned(payload: Mapping[str, Any], question: str, phrases: Catalogue) -> list[str]:
    return [
        phrases.text("mail_returned_hello"),
        "",
        f"{phrases.text('mail_question')}:",
        question,
        "",
        f"{phrases.text('mail_message')}:",
        payload["message"],
        "",
        phrases.text("mail_returned_next"),
        "",
        "-- ",
        phrases.text("mail_why"),
    ]


def _released(payload: Mapping[str, Any], question: str, phrases: Catalogue) -> list[str]:
    answer = payload["answer"]
    lines = [phrases.text("mail_hello"), "", f"{phrases.text('mail_question')}:", question, ""]
    lines += [f"{phrases.text('mail_answer')}:"]
    if answer["answer_language"] != phrases.language:
        name = language_name(answer["answer_language"], phrases.language)
        lines += [phrases.text("mail_language", language=name)]
    lines += [answer["text"], ""]
    date = day(payload["approved_at"], phrases.language)
    lines += [phrases.text("mail_approved", name=payload["approved_by"], date=date), ""]
    if answer["citations"]:
        lines += [f"{phrases.text('mail_sources')}:"]
        lines += [_source(citation, phrases) for citation in answer["citations"]]
        lines += [""]
    return [*lines, "-- ", phrases.text("mail_why")]


def _source(citation: Mapping[str, Any], phrases: Catalogue) -> str:
    document = citation["document"]
    date = spoken_date(document["date"], phrases.language)
    told = [document["title"], document["publisher"], date, document["url"] or document["source"]]
    line = f"[{citation['number']}] " + ", ".join(part for part in told if part)
    return f"{line}\n    {phrases.quoted(' '.join(citation['quote'].split()))}"


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_SUBJECT else text[: LONGEST_SUBJECT - 1].rstrip() + "…"
