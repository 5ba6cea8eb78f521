"""A vehicle register behind HTTP: the contract our side speaks, to be implemented by the real register.

POST {base}/v1/registrations/find      as in `central.connections.http`
{"plate": "98A12345", "plate_colour": "white"|null, "kind": "car", "at": "2026-11-24T08:30:00.000Z",
 "purpose": "…", "case": "…"}

200  a `Registration`: vehicle and owner as of `at`
404  no such plate then       409  several vehicles had it
"""

from dataclasses import dataclass

from central.connections.http import Peer
from central.registry.port import Enquiry, Registration
from contract.types import format_utc

PATH = "/v1/registrations/find"


@dataclass(frozen=True)
class HttpRegistry:
    """`RegistryLookup` over HTTP."""

    peer: Peer

    def find(self, enquiry: Enquiry) -> Registration:
        """See `RegistryLookup.find`."""
        question = {
            "plate": enquiry.plate,
            "plate_colour": enquiry.plate_colour,
            "kind": enquiry.kind.value,
            "at": format_utc(enquiry.at),
            "purpose": enquiry.purpose,
            "case": enquiry.case,
        }
        return self.peer.ask(PATH, question, Registration)
