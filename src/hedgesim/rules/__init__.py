"""How countries and powers decide; a rule is a file in `countries` or `powers`, found by its name."""

from hedgesim.rules.catalogue import country_rules, power_rules
from hedgesim.rules.rule import CountryRule, PowerRule

__all__ = ["CountryRule", "PowerRule", "country_rules", "power_rules"]
