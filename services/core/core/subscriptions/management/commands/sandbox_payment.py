"""`manage.py sandbox_payment <invoice> paid`: what a payer does at a real gateway."""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.kit.errors import DomainError
from core.subscriptions import sandbox
from core.subscriptions.charges import settle_charge
from core.subscriptions.gateways import gateway_named
from core.subscriptions.models import Charge
from core.subscriptions.services import settle
from ongoza_contracts.subscriptions import InvoiceState

OUTCOMES = {"paid": InvoiceState.PAID, "failed": InvoiceState.FAILED}


class Command(BaseCommand):
    help = (
        "Pay an open invoice or charge of the sandbox gateway, or let the attempt fail. The id is "
        "the gateway_invoice_id that invoices/ shows, or the id of a payment that enrolments/{id}/ "
        "shows. Only with PAYMENT_SANDBOX=1."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("invoice", type=UUID)
        parser.add_argument("outcome", choices=[*OUTCOMES])

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            gateway_named(sandbox.NAME)
            reference = sandbox.record_payment(options["invoice"], OUTCOMES[options["outcome"]])
            if reference is None:
                raise CommandError("the sandbox has no unpaid invoice or charge with this id")
            is_charge = Charge.objects.filter(pk=options["invoice"]).exists()
            settle_one = settle_charge if is_charge else settle
            settle_one(gateway_name=sandbox.NAME, reference=reference)
        except DomainError as error:
            raise CommandError(error.detail) from error
        self.stdout.write(f"{options['invoice']}: {options['outcome']}")
