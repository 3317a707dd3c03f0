"""A double-entry bank ledger with exact money, interest and statements."""
from __future__ import annotations

import functools
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation, localcontext
from typing import NamedTuple, Self


class LedgerError(Exception):
    """A booking that the bank refuses."""


class InsufficientFunds(LedgerError):
    def __init__(self, account, wanted):
        super().__init__(f"{account.name} has {account.balance}, not {wanted}")
        self.missing = wanted - account.balance


@functools.total_ordering
@dataclass(frozen=True)
class Money:
    amount: Decimal
    currency: str = "EUR"

    @classmethod
    def parse(cls, text: str) -> Self:
        number, _, currency = text.partition(" ")
        try:
            amount = Decimal(number.replace(",", ""))
        except InvalidOperation:
            raise LedgerError(f"not an amount: {text!r}") from None
        return cls(amount.quantize(Decimal("0.01"), ROUND_HALF_EVEN), currency or "EUR")

    def _same(self, other: Money) -> Decimal:
        if self.currency != other.currency:
            raise LedgerError(f"cannot mix {self.currency} and {other.currency}")
        return other.amount

    def __add__(self, other):
        return replace(self, amount=self.amount + self._same(other))

    def __sub__(self, other):
        return replace(self, amount=self.amount - self._same(other))

    def __mul__(self, factor):
        with localcontext(prec=40):
            exact = self.amount * Decimal(factor)
        return replace(self, amount=exact.quantize(Decimal("0.01"), ROUND_HALF_EVEN))

    def __neg__(self):
        return replace(self, amount=-self.amount)

    def __lt__(self, other):
        return self.amount < self._same(other)

    def __bool__(self):
        return bool(self.amount)

    def __str__(self):
        return f"{self.amount:,.2f} {self.currency}"


class Posting(NamedTuple):
    account: str
    change: Money


@dataclass(frozen=True, kw_only=True)
class Entry:
    day: date
    text: str
    postings: tuple[Posting, ...]

    def __post_init__(self):
        totals = defaultdict(Decimal)
        for posting in self.postings:
            totals[posting.change.currency] += posting.change.amount
        off = {currency: total for currency, total in totals.items() if total}
        if off:
            raise LedgerError(f"entry {self.text!r} does not balance: {off}")


@dataclass
class Account:
    name: str
    currency: str = "EUR"
    limit: Money | None = None
    rate: Decimal = Decimal(0)
    entries: list[Entry] = field(default_factory=list, repr=False)
    balance: Money = field(init=False)

    def __post_init__(self):
        self.balance = Money(Decimal("0.00"), self.currency)

    @property
    def lowest(self):
        return None if self.limit is None else -self.limit

    def allows(self, change):
        return self.lowest is None or self.balance + change >= self.lowest or change.amount >= 0


class Bank:
    def __init__(self):
        self.accounts: dict[str, Account] = {}
        self.journal: list[Entry] = []
        self.today = date(2026, 1, 1)
        self.open("cash")
        self.open("interest")

    def open(self, name, *, limit=None, rate="0", currency="EUR"):
        if name in self.accounts:
            raise LedgerError(f"{name} exists")
        account = Account(name, currency, limit and Money.parse(f"{limit} {currency}"), Decimal(rate))
        self.accounts[name] = account
        return account

    def book(self, text, *postings):
        entry = Entry(day=self.today, text=text, postings=postings)
        for name, change in entry.postings:
            if not self.accounts[name].allows(change):
                raise InsufficientFunds(self.accounts[name], -change)
        for name, change in entry.postings:
            account = self.accounts[name]
            account.balance += change
            account.entries.append(entry)
        self.journal.append(entry)

    def transfer(self, source, target, amount, text=""):
        money = Money.parse(amount)
        if money.amount <= 0:
            raise LedgerError(f"a transfer must be positive, not {money}")
        self.book(text or f"{source} to {target}", Posting(source, -money), Posting(target, money))

    @contextmanager
    def transaction(self):
        """All bookings inside, or none."""
        before = {name: (account.balance, len(account.entries)) for name, account in self.accounts.items()}
        length = len(self.journal)
        try:
            yield self
        except LedgerError as error:
            for name, (balance, count) in before.items():
                self.accounts[name].balance = balance
                del self.accounts[name].entries[count:]
            del self.journal[length:]
            error.add_note("the whole transaction was undone")
            raise

    def pay_interest(self, days):
        self.today += timedelta(days=days)
        for account in self.accounts.values():
            interest = account.balance * (account.rate * days / Decimal(365))
            if interest:
                self.book(f"interest {account.rate:%}, {days} days", Posting("interest", -interest),
                          Posting(account.name, interest))

    def statement(self, name):
        account = self.accounts[name]
        yield f"{account.name}: {account.balance}"
        running = Money(Decimal("0.00"), account.currency)
        for entry in account.entries:
            for _, change in (posting for posting in entry.postings if posting.account == name):
                running += change
                yield f"  {entry.day:%d.%m.%Y}  {entry.text:28.28}  {change.amount:>+12,.2f}  {running.amount:>12,.2f}"


def main():
    bank = Bank()
    bank.open("alice", limit="500", rate="0.025")
    bank.open("bob", limit="0")
    bank.transfer("cash", "alice", "12,345.67", "opening deposit")
    bank.transfer("cash", "bob", "100")
    bank.transfer("alice", "bob", "0.015")
    bank.today += timedelta(weeks=5)
    bank.transfer("bob", "alice", "33.33", "a third")
    bank.pay_interest(90)

    refused = [
        lambda: bank.transfer("bob", "alice", "1e3"),
        lambda: bank.transfer("bob", "alice", "-5"),
        lambda: bank.transfer("bob", "alice", "ten"),
        lambda: bank.transfer("alice", "bob", "5 USD"),
        lambda: bank.book("odd", Posting("alice", Money.parse("1")), Posting("bob", Money.parse("2"))),
        lambda: bank.open("bob"),
    ]
    for attempt in refused:
        try:
            attempt()
        except LedgerError as error:
            print(f"{type(error).__name__}: {error}")

    try:
        with bank.transaction():
            bank.transfer("alice", "bob", "1000")
            bank.transfer("bob", "cash", "5000")
    except InsufficientFunds as error:
        print(f"{error}; missing {error.missing}; {', '.join(error.__notes__)}")

    print()
    for name in bank.accounts:
        print(*bank.statement(name), sep="\n")
    total = sum((account.balance.amount for account in bank.accounts.values()), Decimal())
    print(f"\n{len(bank.journal)} entries, sum of all balances {total}")
    print(repr(bank.accounts["bob"]))
    print(max(bank.accounts.values(), key=lambda account: account.balance).name, Money.parse("2") == Money(Decimal("2.00")))


if __name__ == "__main__":
    main()
