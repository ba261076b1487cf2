"""The types of accounts, spelled out for people."""

from collections.abc import Mapping

from domain.account import AccountType

ACCOUNT_TYPES: Mapping[AccountType, str] = {
    AccountType.TAXABLE: "Taxable brokerage account",
    AccountType.IRA: "Traditional IRA",
    AccountType.ROTH_IRA: "Roth IRA",
    AccountType.PLAN_401K: "401(k), an employer's plan",
    AccountType.PLAN_403B: "403(b), of schools and non-profits",
    AccountType.PLAN_529: "529, savings for education",
    AccountType.HSA: "HSA, health savings account",
    AccountType.TRUST: "Trust",
    AccountType.OTHER: "Other",
}
