"""An invented region, as names a scenario may use."""

import pytest

from hedgesim.scenario import KnownNames, TableColumns


@pytest.fixture
def words() -> KnownNames:
    return KnownNames(
        countries=("AAA", "BBB", "CCC"),
        powers=("RED", "BLUE"),
        domains=("security", "transport"),
        options=("RED", "BLUE", "region", "other"),
        formats=("CLUB", "SUMMIT"),
        tables={"memberships": TableColumns(("country", "format"), ("status",))},
        country_rules={
            "multi_vector": {"alpha": (0, 6), "memory": (1, 8)},
            "neutrality": {},
            "bandwagoning": {},
        },
        power_rules={"suitor": {}, "patron": {"pull": (0, 1)}},
        settings={"alignment.threat_weight": (-1, 3), "alignment.noise": (0, 1)},
        calibrations=("fitted", "fitted_2021", "prior"),
        recorded_shocks=("war_2022", "fall_2021"),
        sources=("book1999",),
    )
