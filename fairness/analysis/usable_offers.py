"""Given offers of which none can be used: the question stays, and the answer says why there is none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from fairness.analysis.marts import Marts
from fairness.analysis.verdicts import Draft
from fairness.config import Config
from fairness.engine.base import Connection
from fairness.findings.estimands import OFFER_GAP
from fairness.stats.verdict import NoOffer

_NOT_IN_FORCE = "no_offer_in_force"


def why_none_usable(con: Connection, marts: Marts, config: Config) -> NoOffer | None:
    """Return why no offer of the given files can be the comparator; None where one can, or none was given.

    Args:
        con: Connection whose current database holds ``offers``.
        marts: The study.
        config: Its settings.
    """
    is_given = any(source.role == "offers" for source in config.sources)
    if not is_given or "offer" not in config.comparator.order or marts.coverage.values["n_offered"].any():
        return None
    row = con.execute("select count(*), count_if(is_new_customer_offer) from offers").fetchone()
    n_rows, n_for_new = row or (0, 0)
    if not n_rows:
        return "offers_rejected"
    if not n_for_new:
        return "offers_for_existing"
    reasons = {marts.reasons[number] for number in marts.coverage.values["reason"].tolist() if number >= 0}
    return "offers_not_in_force" if _NOT_IN_FORCE in reasons else "offers_match_nothing"


def with_reason(drafts: Iterable[Draft], reason: NoOffer | None) -> list[Draft]:
    """Return the drafts; those against offers say why none of the offers can be used."""

    def marked(draft: Draft) -> Draft:
        is_against = draft.finding.estimand == OFFER_GAP.name and draft.finding.comparator == "offer"
        if draft.evidence is None or not is_against or draft.evidence.qualified:
            return draft
        return replace(draft, evidence=replace(draft.evidence, no_offer=reason))

    return [marked(draft) for draft in drafts]
