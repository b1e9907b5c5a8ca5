"""What a generated firm looks like: products, campaigns, cells, and the traps of real billing exports.

Amounts are major units of the currency per billing interval, rates and gaps are fractions, tenures completed months.
Positive gaps mean that tenured customers pay more.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from fairness.synth.calendar import month_number


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """Terms of a new-customer offer; each offer version draws one of its product's campaigns.

    Attributes:
        discount: Introductory price is the list price less this fraction; 0 means no introduction.
        cycles: Billing cycles at the introductory price, at most 12 months' worth.
        setup_fee: Billed once on joining.
        incentive: Value of a gift to the new customer, which no invoice shows.
    """

    discount: float = 0.0
    cycles: int = 0
    setup_fee: float = 0.0
    incentive: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """One product with its plans.

    Attributes:
        name: product_id.
        plans: plan_id of each plan, cheapest first.
        price: Mean effective price of its plans at the start, per billing interval.
        spread: The plans' prices are spread evenly within this fraction on both sides of `price`.
        interval: Billing interval. Monthly products bill calendar months in advance, yearly ones from the joining day.
        offer_keys: Controls that its offers are keyed by; an offer leaves the others open (a NULL key).
        campaigns: Terms that offer versions draw from; empty for a legacy product that is no longer offered.
        walking: Rise of the gap per completed year of tenure beyond the second, a fraction per year, for 15 years.
        usage: Share of its recurring lines that a usage line accompanies.
        terms: Months of each plan's contract, repeated; 0 for none. Empty: no contract states its end.
        tax: Tax rate on its charges.
    """

    name: str
    plans: tuple[str, ...]
    price: float
    spread: float = 0.3
    interval: Literal["month", "year"] = "month"
    offer_keys: tuple[str, ...] = ("region", "channel")
    campaigns: tuple[Campaign, ...] = (Campaign(),)
    walking: float = 0.0
    usage: float = 0.0
    terms: tuple[int, ...] = ()
    tax: float = 0.2

    @property
    def cycles_a_year(self) -> int:
        """Billing cycles in the twelve months that an effective price is averaged over."""
        return 12 if self.interval == "month" else 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One like-for-like cell of the firm.

    Attributes:
        product: Name of its product.
        region: Region of its customers.
        channel: Channel through which they joined.
        weight: Share of the customers, relative to the other cells.
        penalty: Gap of tenured customers to the effective offer at the last price rise, before walking.
        new_share: Share of its customers that joined within the last 12 months; None means the firm's. Cells that
            differ here and in price make a mix shift.
    """

    product: str
    region: str
    channel: str
    weight: float = 1.0
    penalty: float = 0.0
    new_share: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddOn:
    """A product that some customers of another hold as well, on the same subscription and bill, at its list price.

    Attributes:
        product: Name of the product added; its plans are drawn evenly.
        beside: Name of the product that they hold.
        channel: Channel of these customers.
        share: Share of them that add it.
        months: Last months in which it is billed.
    """

    product: str
    beside: str
    channel: str
    share: float
    months: int = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterRun:
    """Customers whose letters about the last yearly rise state prices.

    Attributes:
        product, region, channel: What they hold, and where; the product is billed by the month.
    """

    product: str
    region: str
    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Traps:
    """What makes real exports hard; rates are shares, counts are exact. :meth:`none` switches everything off.

    Attributes:
        prorations: Part months are billed on joining and credited on leaving mid-month.
        upgrades: Share of tenured monthly subscriptions that change plan once, mid-month, with a pair of prorations.
        setup_fees: Set-up fees are billed on joining.
        goodwill: Share of recurring lines that are followed by a goodwill credit.
        late_fees: Share of recurring lines that are followed by a late fee, a one-off charge.
        waived: Share of late fees that a credit reverses.
        usage: Usage lines of products that have them.
        several_units: Share of monthly subscriptions with a quantity of 2 or 3.
        shared_parties: Share of customers who are an account of somebody else's party.
        voids: Voided invoices with a wrong amount beside the right one.
        drafts: Draft lines of the month after the last.
        duplicates: Lines that are exported twice, all columns equal.
        rejected: Recurring lines outside the last month with an unusable value: no amount, no quantity, price 0, or
            an impossible date, in turn.
        test_accounts: Customers flagged as test, beside `customers`, at a tenth of the price.
        left_censored: Customers of the first month whose start date is not known.
        manual_lines: Credits and charges that the back office keeps in a separate file, as text.
        unreadable: Of these, lines with an amount that nobody can parse.
        retention_offers: Whether the offers include cheap ones for existing customers, which are not a comparator.
        rebills: Share of recurring lines that were billed a fifth too high first, credited in full, and billed again.
        loyalty_discounts: Share of tenured monthly subscriptions that got a discount after the last yearly rise, billed
            as a line of its own: a discount that names its line, one that does not, or a credit every month, in turn.
        paper_bills: Share of monthly subscriptions that pay a fee for paper bills every month of the last year.
        instalments: Share of subscriptions to products with usage that pay for a device in the last year.
        summaries: Share of monthly subscriptions whose bills of the last year also state their total as a line.
        second_subscriptions: Subscriptions beside `customers`, each of a customer who has one to the same plan.
        extra_plans: Tenured subscriptions that also hold the product's cheapest plan for the last six months.
        unreadable_bills: Tenured subscriptions whose recurring line of the last month has no amount.
        unlisted: Customers missing from the customer file.
        lasting_offers: Every third plan's list prices have no end, with promotions beside them; the offers of the plans
            after them, where monthly, overlap for two weeks.
        untold: Whether customers of the last channel were told of no rise.
    """

    prorations: bool = True
    upgrades: float = 0.06
    setup_fees: bool = True
    goodwill: float = 0.006
    late_fees: float = 0.008
    waived: float = 0.25
    usage: bool = True
    several_units: float = 0.04
    shared_parties: float = 0.06
    voids: int = 40
    drafts: int = 40
    duplicates: int = 60
    rejected: int = 12
    test_accounts: int = 12
    left_censored: int = 25
    manual_lines: int = 60
    unreadable: int = 6
    retention_offers: bool = True
    rebills: float = 0.0
    loyalty_discounts: float = 0.0
    paper_bills: float = 0.0
    instalments: float = 0.0
    summaries: float = 0.0
    second_subscriptions: int = 0
    extra_plans: int = 0
    unreadable_bills: int = 0
    unlisted: int = 0
    lasting_offers: bool = False
    untold: bool = False

    @classmethod
    def none(cls) -> Traps:
        """Return a firm whose export holds recurring lines of full periods and nothing else."""
        return cls(
            prorations=False,
            upgrades=0.0,
            setup_fees=False,
            goodwill=0.0,
            late_fees=0.0,
            waived=0.0,
            usage=False,
            several_units=0.0,
            shared_parties=0.0,
            voids=0,
            drafts=0,
            duplicates=0,
            rejected=0,
            test_accounts=0,
            left_censored=0,
            manual_lines=0,
            unreadable=0,
            retention_offers=False,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BillingSpec:
    """A firm and its exports.

    Attributes:
        customers: Customers over the whole window, leavers included, test accounts not. One subscription each.
        products: At least one, legacy products included.
        cells: At least one; each names a product of `products` and a region and channel of those below.
        regions: (name, price factor) of each region; the factor applies where a product's offers are keyed by region.
        channels: (name, price factor) of each channel, likewise.
        last_month: Last complete month, the as-of month, ``YYYY-MM``.
        months: Months of the window that ends with it.
        event_months: Last months for which the log of price changes is kept.
        new_share: Share of customers that joined within the last 12 months.
        middle_share: Share that joined in the 12 months before; the others are tenured at the end.
        longest_tenure: Longest tenure at the end; longer tenures are rarer.
        leavers: Share of customers that leave within the window, at a time drawn evenly.
        offer_rise: Rise of the offers' level at each yearly price rise.
        rise_spread: Each price of the list rises by its own percentage, spread evenly within this much of `offer_rise`.
        rise_month: Calendar month of the yearly price rise, which comes on its first day.
        campaign_months: Calendar months in which offers also change; half the plans change on the 15th.
        tariff_noise: Standard deviation of an offer version's effective price around its level: each is a decision.
        price_noise: Standard deviation of a customer's price around the price list; 0 means a price list.
        build_up: Whether the gap builds up over the window's price rises; False means that it is there from the start.
        vulnerable_share: Share of customers flagged as vulnerable, whatever their price.
        payment_methods: (name, share) of each.
        currency: ISO 4217 code with two decimals.
        add_on: A product that is held with another; None for none.
        letters: Whose letters state prices; None for none.
        traps: What else the export holds.
    """

    customers: int
    products: tuple[Product, ...]
    cells: tuple[Cell, ...]
    regions: tuple[tuple[str, float], ...] = (("North", 0.97), ("Midlands", 1.0), ("South", 1.05))
    channels: tuple[tuple[str, float], ...] = (("online", 0.97), ("shop", 1.0), ("phone", 1.02))
    last_month: str = "2025-12"
    months: int = 36
    event_months: int = 36
    new_share: float = 0.2
    middle_share: float = 0.15
    longest_tenure: int = 200
    leavers: float = 0.22
    offer_rise: float = 0.02
    rise_spread: float = 0.0
    rise_month: int = 4
    campaign_months: tuple[int, ...] = (8, 11)
    tariff_noise: float = 0.01
    price_noise: float = 0.0
    build_up: bool = True
    vulnerable_share: float = 0.12
    payment_methods: tuple[tuple[str, float], ...] = (("direct_debit", 0.75), ("card", 0.2), ("invoice", 0.05))
    currency: str = "GBP"
    add_on: AddOn | None = None
    letters: LetterRun | None = None
    traps: Traps = field(default_factory=Traps)

    def __post_init__(self) -> None:
        """Refuse specs that cannot be generated.

        Raises:
            ValueError: A cell names what does not exist, a campaign outlasts a year, or numbers are out of range.
        """
        names = {product.name for product in self.products}
        places = ({name for name, _ in self.regions}, {name for name, _ in self.channels})
        if self.customers < 1 or self.months < 1 or not self.cells:
            raise ValueError(f"customers = {self.customers}, months = {self.months}: each and the cells at least 1")
        for cell in self.cells:
            if cell.product not in names or cell.region not in places[0] or cell.channel not in places[1]:
                raise ValueError(
                    f"cells: {cell.product}, {cell.region}, {cell.channel} is not among products, regions and channels"
                )
            newest = self.new_share if cell.new_share is None else cell.new_share
            if newest + self.middle_share > 1.0:
                raise ValueError(f"new_share {newest} and middle_share {self.middle_share} exceed 1 together")
        for product in self.products:
            if any(campaign.cycles > product.cycles_a_year for campaign in product.campaigns):
                raise ValueError(
                    f"campaigns of {product.name}: an introduction lasts {product.cycles_a_year} cycles at most"
                )
            if not set(product.offer_keys) <= {"region", "channel"}:
                raise ValueError(f"offer_keys of {product.name}: only region and channel can be keys")

    @property
    def as_of_month(self) -> int:
        """The last month as a month number."""
        return month_number(self.last_month)

    @property
    def first_month(self) -> int:
        """The first month of the window as a month number."""
        return self.as_of_month - self.months + 1
