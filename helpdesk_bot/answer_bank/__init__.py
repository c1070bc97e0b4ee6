"""The answer bank: what an expert approved is found again by meaning, while its documents stay."""

from helpdesk_bot.answer_bank.publishing import add_phrasings, publish

__all__ = ["add_phrasings", "publish"]
