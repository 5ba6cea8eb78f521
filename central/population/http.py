"""The population database behind HTTP: the contract our side speaks.

POST {base}/v1/persons/find            as in `central.connections.http`
{"identity": "024085000117", "purpose": "…", "case": "…"}

200  a `Person`                        404  nobody has this number
"""

from dataclasses import asdict, dataclass

from central.connections.http import Peer
from central.population.port import Person, PersonEnquiry

PATH = "/v1/persons/find"


@dataclass(frozen=True)
class HttpPopulation:
    """`PopulationLookup` over HTTP."""

    peer: Peer

    def find(self, enquiry: PersonEnquiry) -> Person:
        """See `PopulationLookup.find`."""
        return self.peer.ask(PATH, asdict(enquiry), Person)
