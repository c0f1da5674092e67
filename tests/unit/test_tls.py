"""OpenSSL's errors are classified: our fault, the server's, or unrelated to TLS."""

import pytest

from order_projector.adapters.tls import TlsFault, fault, undecorated

VERIFY = "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: "


@pytest.mark.parametrize(
    ("reason", "found"),
    [
        (f"{VERIFY}unable to get local issuer certificate (_ssl.c:1006)", TlsFault.TRUST),
        (f"{VERIFY}self-signed certificate (_ssl.c:1006)", TlsFault.TRUST),
        (f"{VERIFY}Hostname mismatch, certificate is not valid for 'db'.", TlsFault.TRUST),
        (f"{VERIFY}certificate has expired (_ssl.c:1006)", None),
        (f"{VERIFY}certificate is not yet valid (_ssl.c:1006)", None),
        ("[SSL: SSLV3_ALERT_BAD_CERTIFICATE] sslv3 alert bad certificate", TlsFault.CERTIFICATE),
        ("[SSL: TLSV1_ALERT_UNKNOWN_CA] tlsv1 alert unknown ca", TlsFault.CERTIFICATE),
        ("[SSL] tlsv13 alert certificate required (_ssl.c:2580)", TlsFault.CERTIFICATE),
        ("[SSL] sslv3 alert certificate expired", TlsFault.CERTIFICATE),
        ("[SSL: TLSV1_ALERT_INTERNAL_ERROR] tlsv1 alert internal error", None),
        ("Connect call failed ('127.0.0.1', 9092)", None),
    ],
)
def test_only_what_this_side_can_mend_is_a_fault_of_this_side(
    reason: str, found: TlsFault | None
) -> None:
    assert fault(reason) is found


def test_people_are_told_without_codes_and_lines_of_source() -> None:
    assert undecorated(f"db:1: {VERIFY}self-signed  certificate (_ssl.c:1006) (more)") == (
        "db:1: certificate verify failed: self-signed certificate (more)"
    )
