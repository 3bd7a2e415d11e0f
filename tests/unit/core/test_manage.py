"""What `manage.py` must have nothing to say about."""

import pytest
from django.core.management import call_command


def test_the_openapi_document_is_valid_and_gives_no_warning(
    capsys: pytest.CaptureFixture[str],
) -> None:
    call_command("spectacular", validate=True, fail_on_warn=True, file="/dev/null")

    assert capsys.readouterr() == ("", "")


@pytest.mark.django_db
def test_every_change_of_a_model_has_its_migration() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_the_system_check_is_silent() -> None:
    call_command("check", fail_level="WARNING")
