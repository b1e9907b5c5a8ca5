-- Comments on every published table, view and column. Run after the findings are written; read them with
-- `select * from duckdb_columns()` and `duckdb_tables()`. Ticks are 10^-4 currency units; ratios are fractions; null is unknown.

comment on table column_unread is 'One row per column of an input file that nothing reads';
comment on column column_unread.source_index is 'Number of the file in inputs';
comment on column column_unread.column_order is 'Place among the unread columns of the file, from 1';
comment on column column_unread.column_name is 'Name as it stands in the file';
comment on table params is 'One row: the settings that the models read';
comment on column params.study_name is 'Title of the study';
comment on column params.currency is 'Currency of the study, ISO 4217; findings cover it alone';
comment on column params.as_of_month is 'Month that is studied, as its first day';
comment on column params.as_of_number is 'Month that is studied, as year * 12 + month - 1';
comment on column params.new_below_months is 'Customers with fewer completed months are new';
comment on column params.tenured_from_months is 'Customers with at least as many completed months are tenured';
comment on column params.min_per_group is
    'Least number of new and of tenured customers that a cell needs for a comparison';
comment on column params.primary_estimand is 'Question of the headline';
comment on column params.comparator_basis is 'Reading of an offer that the study uses: headline, effective or standard';
comment on column params.horizon_months is
    'Months over which the effective basis spreads introduction, set-up fee and incentive';
comment on column params.min_evidence is 'Least number of joining customers behind a derived comparator';
comment on column params.confidence_level is 'Level of the intervals, a fraction';
comment on column params.margin is 'Largest gap that does not matter, a fraction';
comment on column params.plan_in_cell is 'Whether the plan of a billing line is part of its cell';
comment on column params.several_lines is
    'What several lines of one thing held at different prices are: not_compared, units or parts';
comment on column params.spread_discounts is
    'What becomes of a discount that may belong to several things held: never (spread) or pro_rata';
comment on column params.unknown_customer_controls is
    'Internal: part of the cell key of a customer whom no customer file names';
comment on column params.unknown_customer_lenses is
    'Internal: part of the lens key of a customer whom no customer file names';

comment on table inputs is 'One row per input file';
comment on column inputs.source_index is 'Number of the input file';
comment on column inputs."role" is 'Kind of input: book, billing, offers, customers, price_events, cpi';
comment on column inputs."path" is 'File, relative to the config';
comment on column inputs.sha256 is 'SHA-256 of the file';
comment on column inputs.n_bytes is 'Size of the file in bytes';
comment on column inputs.n_rows is 'Rows in the file';

comment on table reconciliation is 'One row per role, disposition, reason and currency: what became of every input row';
comment on column reconciliation."role" is 'Kind of input: book, billing, offers, customers, price_events, cpi';
comment on column reconciliation.disposition is
    'What became of the rows: accepted, excluded (no comparable price), duplicate or rejected';
comment on column reconciliation.reason is 'Why; null where accepted';
comment on column reconciliation.currency is 'Currency of the rows; null where they state none';
comment on column reconciliation.n_rows is 'Number of rows';
comment on column reconciliation.amount is 'Sum of the prices or net amounts that could be read, currency units';
comment on column reconciliation.n_amount is 'Rows in amount: those whose amount could be read';

comment on table quarantine is 'One row per rejected input row, with its full content';
comment on column quarantine."role" is 'Kind of input: book, billing, offers, customers, price_events, cpi';
comment on column quarantine.source_file is 'File of the row';
comment on column quarantine.source_row is 'Row in the file; the header of delimited text is row 1';
comment on column quarantine.reason is 'Why the row was rejected';
comment on column quarantine.column_name is 'Column at fault; null where none is alone';
comment on column quarantine.raw_row is 'The row as it was read, JSON text; null where ids are replaced by pseudonyms';

comment on view price_ledger is
    'One row per thing held (customer x product x subscription x plan x currency x billing interval) and month: what was paid, and the offer it is held against';
comment on column price_ledger."role" is 'Where the price comes from: billing or book';
comment on column price_ledger.customer_id is 'Customer';
comment on column price_ledger.party_id is 'Person or firm behind the customer; the customer where none is stated';
comment on column price_ledger.product_id is 'Product';
comment on column price_ledger.currency is 'Currency, ISO 4217';
comment on column price_ledger.interval_unit is 'Unit of the billing interval: day, week, month or year';
comment on column price_ledger.interval_count is 'Number of units in the billing interval';
comment on column price_ledger."month" is 'Month, as its first day';
comment on column price_ledger.month_number is 'Month, as year * 12 + month - 1';
comment on column price_ledger.pricing_date is
    'Day on which the price took effect: the start of the billed period, the as-of day in a book';
comment on column price_ledger.cell_key is 'Like-for-like cell; joins cell_value, do not take it apart';
comment on column price_ledger.lens_key is 'Combination of lens values; joins lens_value, empty text without lenses';
comment on column price_ledger.tenure_start is 'Day the customer joined; the first bill where nobody states it';
comment on column price_ledger.tenure_months is 'Completed months of tenure on the pricing date';
comment on column price_ledger.is_censored is
    'True where tenure_start is only the latest it can be: first seen in the first month of the data';
comment on column price_ledger.discount_audience is
    'Whom the discount is for: existing_only moves a new customer to the middle group';
comment on column price_ledger.discount_id is 'Discount on the price, null without one';
comment on column price_ledger.subscription_id is 'Subscription';
comment on column price_ledger.plan_id is 'Plan';
comment on column price_ledger.channel is 'Sales channel';
comment on column price_ledger.region is 'Region';
comment on column price_ledger.quantity is 'Units billed together; the price is that of one';
comment on column price_ledger.plan_age_months is 'Completed months on the plan on the pricing date';
comment on column price_ledger.contract_status is
    'in_contract or out_of_contract on the pricing date; null where no contract end is stated';
comment on column price_ledger.price_ticks is
    'Price paid, discounts taken off, before tax, in 10^-4 currency units, per month where prices come from billing lines, per stated interval in a book';
comment on column price_ledger.standard_ticks is
    'Price before discounts, in 10^-4 currency units a month; null in a book';
comment on column price_ledger.prior_ticks is
    'Price a year ago that a book states, in 10^-4 currency units, per month where prices come from billing lines, per stated interval in a book';
comment on column price_ledger.offer_ticks is
    'Offer to a new customer on the pricing date, at the basis of the study, in 10^-4 currency units, per month where prices come from billing lines, per stated interval in a book; null without an offer';
comment on column price_ledger.offer_id is 'Offer that was taken as comparator; null without one';
comment on column price_ledger.offer_reason is
    'Why there is no offer: no_offer, no_offer_in_force, offer_not_positive; null where there is one';
comment on column price_ledger.n_candidates is 'Offers that fit the customer on the pricing date';
comment on column price_ledger.headline_ticks is
    'The offer at its introductory price, in 10^-4 currency units a month; null in a book';
comment on column price_ledger.effective_ticks is
    'The offer averaged over the horizon with set-up fee and incentive, in 10^-4 currency units a month; null in a book';
comment on column price_ledger.standard_offer_ticks is
    'The offer after its introduction, in 10^-4 currency units a month; null in a book';
comment on column price_ledger.interval_ticks is
    'Price paid per unit and billing interval, as billed or as a book states it, in 10^-4 currency units; sums of money are formed from it';
comment on column price_ledger.offer_interval_ticks is
    'The offer at the basis of the study per billing interval, in 10^-4 currency units; null without an offer';
comment on column price_ledger.headline_interval_ticks is
    'The offer at its introductory price per billing interval, in 10^-4 currency units; null in a book';
comment on column price_ledger.effective_interval_ticks is
    'The offer averaged over the horizon per billing interval, in 10^-4 currency units; null in a book';
comment on column price_ledger.standard_interval_ticks is
    'The offer after its introduction per billing interval, in 10^-4 currency units; null in a book';
comment on column price_ledger.paid_ticks is
    'What is paid for all units per billing interval, discounts taken off, before tax, in 10^-4 currency units';
comment on column price_ledger.offered_ticks is
    'What a new customer would pay for as many units per billing interval, at the basis of the study, in 10^-4 currency units; null without an offer';
comment on column price_ledger.offered_headline_ticks is
    'The same at the introductory price of the offer, in 10^-4 currency units; null in a book';
comment on column price_ledger.offered_effective_ticks is
    'The same averaged over the horizon, in 10^-4 currency units; null in a book';
comment on column price_ledger.offered_standard_ticks is
    'The same after the introduction, in 10^-4 currency units; null in a book';
comment on column price_ledger.market_ticks is
    'Market price that a book states, in 10^-4 currency units, per month where prices come from billing lines, per stated interval in a book';
comment on column price_ledger.cost_ticks is
    'Expected cost that a book states, in 10^-4 currency units, per month where prices come from billing lines, per stated interval in a book';
comment on column price_ledger.finance_ticks is
    'Finance charges beside the price in that month, in 10^-4 currency units; null in a book';
comment on column price_ledger.fee_ticks is
    'Fees and set-up beside the price in that month, in 10^-4 currency units; null in a book';
comment on column price_ledger.usage_ticks is
    'Usage beside the price in that month, in 10^-4 currency units; null in a book';
comment on column price_ledger.one_off_ticks is
    'One-off charges beside the price in that month, in 10^-4 currency units; null in a book';
comment on column price_ledger.tax_ticks is
    'Tax beside the price in that month, in 10^-4 currency units; null in a book';
comment on column price_ledger.loyalty_group is 'new, middle, tenured or unknown';
comment on column price_ledger.band_order is 'Tenure band; joins tenure_band, null where the tenure is unknown';
comment on column price_ledger.paid_price is 'Price paid in currency units: price_ticks / 10000';

comment on table offers is 'One row per offer version: offer_id x valid_from';
comment on column offers.offer_id is 'Offer; with valid_from the key';
comment on column offers.origin is 'Where the offer comes from, as stated; market is a competitor';
comment on column offers.audience is 'Whom the offer is for: new_only, all or existing_only';
comment on column offers.customer_id is 'Customer whose own offer it is; null = any';
comment on column offers.product_id is 'Product';
comment on column offers.plan_id is 'Plan; null = any';
comment on column offers.currency is 'Currency, ISO 4217';
comment on column offers.region is 'Region; null = any';
comment on column offers.channel is 'Channel; null = any';
comment on column offers.interval_unit is 'Unit of the billing interval: day, week, month or year';
comment on column offers.interval_count is 'Number of units in the billing interval';
comment on column offers.qty_from is 'Least quantity, inclusive; null = any';
comment on column offers.qty_to is 'Greatest quantity, exclusive; null = any';
comment on column offers.valid_from is 'First day in force';
comment on column offers.valid_to is 'First day no longer in force; null = open';
comment on column offers.list_unit_price is 'List price per billing interval, currency units';
comment on column offers.intro_unit_price is
    'Introductory price per billing interval, currency units; null without one';
comment on column offers.intro_cycles is 'Billing intervals at the introductory price';
comment on column offers.setup_fee is 'Fee on joining, currency units';
comment on column offers.incentive_value is 'Value of the gift on joining, currency units';
comment on column offers.headline_ticks is 'The introductory price, in 10^-4 currency units a month';
comment on column offers.effective_ticks is
    'The average over the horizon with set-up fee and incentive, in 10^-4 currency units a month';
comment on column offers.standard_ticks is 'The price after the introduction, in 10^-4 currency units a month';
comment on column offers.headline_interval_ticks is
    'The introductory price per billing interval, in 10^-4 currency units';
comment on column offers.effective_interval_ticks is
    'The average over the horizon per billing interval, in 10^-4 currency units';
comment on column offers.standard_interval_ticks is
    'The price after the introduction per billing interval, in 10^-4 currency units';
comment on column offers.primary_ticks is 'The price at the basis of the study, in 10^-4 currency units a month';
comment on column offers.is_new_customer_offer is
    'True where the offer may serve as comparator: for new customers and not of the market';

comment on table cell_counts is
    'One row per cell, lens combination, loyalty group, tenure band and price, as-of month, currency of the study';
comment on column cell_counts.cell_key is 'Like-for-like cell; joins cell_value, do not take it apart';
comment on column cell_counts.lens_key is 'Combination of lens values; joins lens_value, empty text without lenses';
comment on column cell_counts.loyalty_group is 'new, middle, tenured or unknown';
comment on column cell_counts.band_order is 'Tenure band; joins tenure_band, null where the tenure is unknown';
comment on column cell_counts.paid_ticks is
    'What is paid for all units per billing interval, discounts taken off, before tax, in 10^-4 currency units';
comment on column cell_counts.quantity_micros is 'Units billed together, in millionths';
comment on column cell_counts.n_observations is 'Observations with exactly these values';

comment on table offer_counts is
    'One row per basis, cell, lens combination, loyalty group, tenure band, offer version, price and offer, as-of month, currency of the study';
comment on column offer_counts.basis is
    'Reading of the offer: primary (that of the study), headline, effective, standard or at_price_set (on the day the price was set)';
comment on column offer_counts.cell_key is 'Like-for-like cell; joins cell_value, do not take it apart';
comment on column offer_counts.lens_key is 'Combination of lens values; joins lens_value, empty text without lenses';
comment on column offer_counts.loyalty_group is 'new, middle, tenured or unknown';
comment on column offer_counts.band_order is 'Tenure band; joins tenure_band, null where the tenure is unknown';
comment on column offer_counts.offer_version is
    'Offer that is the price decision; null in a book, where cell and offer price are it';
comment on column offer_counts.paid_ticks is
    'What is paid for all units per billing interval, discounts taken off, before tax, in 10^-4 currency units';
comment on column offer_counts.quantity_micros is 'Units billed together, in millionths';
comment on column offer_counts.offered_ticks is
    'What a new customer would pay for as many units per billing interval, at that reading, in 10^-4 currency units';
comment on column offer_counts.n_observations is 'Observations with exactly these values';


comment on table reference_counts is
    'One row per reference, cell, lens combination, loyalty group, tenure band, price and reference amount, as-of month, currency of the study';
comment on column reference_counts.reference is 'What the price is held against: market_price or expected_cost';
comment on column reference_counts.cell_key is 'Like-for-like cell; joins cell_value, do not take it apart';
comment on column reference_counts.lens_key is
    'Combination of lens values; joins lens_value, empty text without lenses';
comment on column reference_counts.loyalty_group is 'new, middle, tenured or unknown';
comment on column reference_counts.band_order is 'Tenure band; joins tenure_band, null where the tenure is unknown';
comment on column reference_counts.paid_ticks is
    'What is paid for all units per billing interval, discounts taken off, before tax, in 10^-4 currency units';
comment on column reference_counts.reference_ticks is
    'That reference, in 10^-4 currency units, per month where prices come from billing lines, per stated interval in a book';
comment on column reference_counts.n_observations is 'Observations with exactly these values';

comment on table change_counts is
    'One row per cell, lens combination, loyalty group, tenure band, offer version, and price and offer before and after';
comment on column change_counts.cell_key is 'Like-for-like cell; joins cell_value, do not take it apart';
comment on column change_counts.lens_key is 'Combination of lens values; joins lens_value, empty text without lenses';
comment on column change_counts.loyalty_group is 'new, middle, tenured or unknown';
comment on column change_counts.band_order is 'Tenure band; joins tenure_band, null where the tenure is unknown';
comment on column change_counts.offer_version is
    'Offer that is the price decision; null in a book, where cell and offer price are it';
comment on column change_counts.before_ticks is
    'Price before discounts twelve months earlier, in 10^-4 currency units, per month where prices come from billing lines, per stated interval in a book; null without a comparable one';
comment on column change_counts.after_ticks is
    'Price before discounts now, in 10^-4 currency units, per month where prices come from billing lines, per stated interval in a book';
comment on column change_counts.before_offer_ticks is
    'Offer after its introduction twelve months earlier, in 10^-4 currency units a month; null in a book';
comment on column change_counts.after_offer_ticks is
    'Offer after its introduction now, in 10^-4 currency units a month; null in a book';
comment on column change_counts.n_observations is 'Observations with exactly these values';

comment on table cell_coverage is
    'One row per currency, cell, lens combination, loyalty group and tenure band: who could be compared, with their money';
comment on column cell_coverage.currency is 'Currency, ISO 4217';
comment on column cell_coverage.cell_key is 'Like-for-like cell; joins cell_value, do not take it apart';
comment on column cell_coverage.lens_key is 'Combination of lens values; joins lens_value, empty text without lenses';
comment on column cell_coverage.loyalty_group is 'new, middle, tenured or unknown';
comment on column cell_coverage.band_order is 'Tenure band; joins tenure_band, null where the tenure is unknown';
comment on column cell_coverage.n_observations is 'Observations, with or without a price';
comment on column cell_coverage.n_priced is 'Of those, with a price';
comment on column cell_coverage.paid_ticks is
    'What n_priced pay together per billing interval, in 10^-4 currency units';
comment on column cell_coverage.n_offered is 'Of those with a price, with an offer';
comment on column cell_coverage.paid_offered_ticks is
    'What n_offered pay together per billing interval, in 10^-4 currency units';
comment on column cell_coverage.n_derived is 'Of those with a price, with a derived comparator';
comment on column cell_coverage.paid_derived_ticks is
    'What n_derived pay together per billing interval, in 10^-4 currency units';
comment on column cell_coverage.n_market is 'Of those with a price, with a market price';
comment on column cell_coverage.paid_market_ticks is
    'What n_market pay together per billing interval, in 10^-4 currency units';
comment on column cell_coverage.n_cost is 'Of those with a price, with an expected cost';
comment on column cell_coverage.paid_cost_ticks is
    'What n_cost pay together per billing interval, in 10^-4 currency units';
comment on column cell_coverage.n_changed is 'Of those with a price, with a comparable price a year earlier';
comment on column cell_coverage.paid_changed_ticks is
    'What n_changed pay together per billing interval, in 10^-4 currency units';

comment on table unmatched is
    'One row per currency, cell, loyalty group and reason: customers without an offer, with their money, as-of month';
comment on column unmatched.currency is 'Currency, ISO 4217';
comment on column unmatched.cell_key is 'Like-for-like cell; joins cell_value, do not take it apart';
comment on column unmatched.loyalty_group is 'new, middle, tenured or unknown';
comment on column unmatched.offer_reason is
    'Why there is no offer: no_offer, no_offer_in_force, offer_not_positive; null where there is one';
comment on column unmatched.n_observations is 'Observations of the as-of month without an offer';
comment on column unmatched.paid_ticks is 'What they pay together per billing interval, in 10^-4 currency units';

comment on table monthly_offer_counts is
    'One row per month, offer version, price and offer of tenured customers, currency of the study';
comment on column monthly_offer_counts."month" is 'Month, as its first day';
comment on column monthly_offer_counts.interval_unit is 'Unit of the billing interval: day, week, month or year';
comment on column monthly_offer_counts.interval_count is 'Number of those units between two bills';
comment on column monthly_offer_counts.offer_version is
    'Offer that is the price decision; null in a book, where cell and offer price are it';
comment on column monthly_offer_counts.paid_ticks is
    'What is paid for all units per billing interval, discounts taken off, before tax, in 10^-4 currency units';
comment on column monthly_offer_counts.offered_ticks is
    'What a new customer would pay for as many units per billing interval, at the basis of the study, in 10^-4 currency units; null without an offer';
comment on column monthly_offer_counts.n_observations is 'Observations of that month with exactly these values';

comment on table cell_value is 'One row per cell and column that defines it';
comment on column cell_value.cell_key is 'Like-for-like cell; joins cell_value, do not take it apart';
comment on column cell_value.column_order is 'Place of the column in the cell key, from 1';
comment on column cell_value.column_name is 'Name of the column';
comment on column cell_value."value" is 'Value; null where unknown';

comment on table lens_value is 'One row per lens combination and lens';
comment on column lens_value.lens_key is 'Combination of lens values; joins lens_value, empty text without lenses';
comment on column lens_value.lens_order is 'Place of the lens in the lens key, from 1';
comment on column lens_value.lens is 'Name of the lens';
comment on column lens_value."value" is 'Value; null where unknown';

comment on table tenure_band is 'One row per tenure band';
comment on column tenure_band.band_order is 'Order of the band, from 1';
comment on column tenure_band."label" is 'Completed years of tenure in words; sort by band_order';
comment on column tenure_band.lower_months is 'First completed month of the band, inclusive';
comment on column tenure_band.upper_months is 'First completed month beyond the band; null for the last';

comment on table tenure_class is 'One row per month of tenure: its group and band';
comment on column tenure_class.tenure_months is 'Completed months of tenure, 0 to 1,800';
comment on column tenure_class.loyalty_group is 'new, middle, tenured or unknown';
comment on column tenure_class.band_order is 'Tenure band; joins tenure_band, null where the tenure is unknown';

comment on table cell_column is 'One row per column that defines cells';
comment on column cell_column.column_order is 'Place of the column in the cell key, from 1';
comment on column cell_column.column_name is 'Name of the column';

comment on table lens_column is 'One row per lens';
comment on column lens_column.lens_order is 'Place of the lens in the lens key, from 1';
comment on column lens_column.lens is 'Name of the lens';

comment on table price_counts is
    'One row per currency, cell, lens combination, loyalty group, tenure band and set of prices, as-of month';
comment on column price_counts.currency is 'Currency, ISO 4217';
comment on column price_counts.cell_key is 'Like-for-like cell; joins cell_value, do not take it apart';
comment on column price_counts.lens_key is 'Combination of lens values; joins lens_value, empty text without lenses';
comment on column price_counts.loyalty_group is 'new, middle, tenured or unknown';
comment on column price_counts.band_order is 'Tenure band; joins tenure_band, null where the tenure is unknown';
comment on column price_counts.paid_ticks is
    'What is paid for all units per billing interval, discounts taken off, before tax, in 10^-4 currency units';
comment on column price_counts.quantity_micros is 'Units billed together, in millionths';
comment on column price_counts.offered_ticks is
    'What a new customer would pay for as many units per billing interval, at the basis of the study, in 10^-4 currency units; null without an offer';
comment on column price_counts.offer_version is
    'Offer that is the price decision; null in a book, where cell and offer price are it';
comment on column price_counts.offer_reason is
    'Why there is no offer: no_offer, no_offer_in_force, offer_not_positive; null where there is one';
comment on column price_counts.offered_headline_ticks is
    'The same at the introductory price of the offer, in 10^-4 currency units; null in a book';
comment on column price_counts.offered_effective_ticks is
    'The same averaged over the horizon, in 10^-4 currency units; null in a book';
comment on column price_counts.offered_standard_ticks is
    'The same after the introduction, in 10^-4 currency units; null in a book';
comment on column price_counts.set_offer_id is 'Offer in force on the day the price was set; null without one';
comment on column price_counts.offered_at_price_set_ticks is
    'The same by the offer of the day on which the price was set, in 10^-4 currency units';
comment on column price_counts.derived_n is
    'Customers who joined the cell in the pricing month; null below min_evidence or in a book';
comment on column price_counts.pricing_month is 'Month of the pricing date, as year * 12 + month - 1; null in a book';
comment on column price_counts.before_ticks is
    'Price before discounts twelve months earlier, in 10^-4 currency units, per month where prices come from billing lines, per stated interval in a book; null without a comparable one';
comment on column price_counts.after_ticks is
    'Price before discounts now, in 10^-4 currency units, per month where prices come from billing lines, per stated interval in a book';
comment on column price_counts.before_offer_ticks is
    'Offer after its introduction twelve months earlier, in 10^-4 currency units a month; null in a book';
comment on column price_counts.after_offer_ticks is
    'Offer after its introduction now, in 10^-4 currency units a month; null in a book';
comment on column price_counts.market_ticks is
    'Market price that a book states, in 10^-4 currency units, per month where prices come from billing lines, per stated interval in a book';
comment on column price_counts.cost_ticks is
    'Expected cost that a book states, in 10^-4 currency units, per month where prices come from billing lines, per stated interval in a book';
comment on column price_counts.n_observations is 'Observations with exactly these values';

comment on table party_counts is
    'One row per set of observations that parties with several have, and observation in it; no ids';
comment on column party_counts.pattern is 'Number of the set of observations';
comment on column party_counts.n_parties is 'Parties with exactly this set';
comment on column party_counts.cell_key is 'Like-for-like cell; joins cell_value, do not take it apart';
comment on column party_counts.lens_key is 'Combination of lens values; joins lens_value, empty text without lenses';
comment on column party_counts.loyalty_group is 'new, middle, tenured or unknown';
comment on column party_counts.band_order is 'Tenure band; joins tenure_band, null where the tenure is unknown';
comment on column party_counts.paid_ticks is
    'What is paid for all units per billing interval, discounts taken off, before tax, in 10^-4 currency units';
comment on column party_counts.quantity_micros is 'Units billed together, in millionths';
comment on column party_counts.offered_ticks is
    'What a new customer would pay for as many units per billing interval, at the basis of the study, in 10^-4 currency units; null without an offer';
comment on column party_counts.offered_headline_ticks is
    'The same at the introductory price of the offer, in 10^-4 currency units; null in a book';
comment on column party_counts.offered_effective_ticks is
    'The same averaged over the horizon, in 10^-4 currency units; null in a book';
comment on column party_counts.offered_standard_ticks is
    'The same after the introduction, in 10^-4 currency units; null in a book';
comment on column party_counts.offered_at_price_set_ticks is
    'The same by the offer of the day on which the price was set, in 10^-4 currency units';
comment on column party_counts.market_ticks is
    'Market price that a book states, in 10^-4 currency units per stated interval; null where it states none';
comment on column party_counts.cost_ticks is
    'Expected cost that a book states, in 10^-4 currency units per stated interval; null where it states none';
comment on column party_counts.derived_month is
    'Month of pricing, as year * 12 + month - 1, where there is a derived comparator; else null';
comment on column party_counts.change_known is
    '2 where price and offer of a year ago are known, 1 where the price is, else 0';
comment on column party_counts.customer_number is 'Which of the party''s customers, from 1';

comment on table derived_counts is
    'One row per cell, lens combination, loyalty group, tenure band, month of pricing and price, of those with a derived comparator';
comment on column derived_counts.cell_key is 'Like-for-like cell; joins cell_value, do not take it apart';
comment on column derived_counts.lens_key is 'Combination of lens values; joins lens_value, empty text without lenses';
comment on column derived_counts.loyalty_group is 'new, middle, tenured or unknown';
comment on column derived_counts.band_order is 'Tenure band; joins tenure_band, null where the tenure is unknown';
comment on column derived_counts.pricing_month is 'Month of the pricing date, as year * 12 + month - 1; null in a book';
comment on column derived_counts.paid_ticks is
    'What is paid for all units per billing interval, discounts taken off, before tax, in 10^-4 currency units';
comment on column derived_counts.quantity_micros is 'Units billed together, in millionths';
comment on column derived_counts.n_observations is 'Observations with exactly these values';

comment on table findings is 'One row per finding; finding_id 1 is the headline';
comment on column findings.finding_id is 'Number of the finding in the order of the document; 1 is the headline';
comment on column findings.is_headline is 'True for the headline';
comment on column findings.estimand is 'Question';
comment on column findings.comparator is 'What tenured customers are held against: offer, derived, new_customers, ...';
comment on column findings.basis is 'Reading of the price: effective, headline, standard, paid, ...';
comment on column findings."level" is 'pooled (the whole book), lens or cell';
comment on column findings.scope is 'Where the finding holds, JSON text; {} is everywhere';
comment on column findings.tenure_band is 'Label of the tenure band; null = all tenured';
comment on column findings.fact is 'The finding in words';
comment on column findings.estimate is
    'Gap as a fraction, positive where tenured customers pay more; null where the figure is money';
comment on column findings.amount is 'Money, currency units a year; null where the figure is a fraction';
comment on column findings."unit" is 'Unit of the figure: fraction or currency per year';
comment on column findings.ci_lower is 'Lower end of the interval, unit of the figure';
comment on column findings.ci_upper is 'Upper end of the interval, unit of the figure';
comment on column findings.confidence_level is 'Level of the intervals, a fraction';
comment on column findings."interval" is 'Method of the interval';
comment on column findings."test" is 'Test that decides';
comment on column findings.statistic is 'Value of the test statistic';
comment on column findings.p_value is 'Two-sided p-value';
comment on column findings.p_value_adjusted is 'p-value corrected for its family';
comment on column findings.family is 'Findings that are corrected together';
comment on column findings.effect_size is 'Effect size, as effect_size_name says';
comment on column findings.effect_size_name is 'Name of the effect size';
comment on column findings.n_tenured is 'Distinct tenured customers in the comparison';
comment on column findings.n_new is 'Distinct new customers in the comparison; null where none are needed';
comment on column findings.n_observations is 'Observations of tenured customers in the comparison: one of each thing held';
comment on column findings.n_cells is 'Cells in the comparison';
comment on column findings.support_share is 'Share of tenured customers who could be compared, a fraction';
comment on column findings.support_money_share is 'The same of their money, a fraction';
comment on column findings.n_not_compared is 'Tenured customers who were not compared';
comment on column findings.money_not_compared is
    'What they pay, currency units a year; null where nobody''s price is known';
comment on column findings.minimum_detectable_gap is 'Smallest gap that this data could show, a fraction';
comment on column findings.equivalence_ci_lower is 'Lower end of the interval of the equivalence test, a fraction';
comment on column findings.equivalence_ci_upper is 'Upper end of the interval of the equivalence test, a fraction';
comment on column findings.p_value_equivalence is 'p-value of the equivalence test';
comment on column findings.p_value_equivalence_adjusted is 'The same, corrected for its family';
comment on column findings.verdict is
    'penalty, favourable, equivalent, inconclusive or not_assessable; null where nothing is decided';
comment on column findings.verdict_reason is 'Why that verdict, as a code';
comment on column findings.warnings is 'Codes, comma separated; empty text without any';
comment on column findings.reversal_gap is
    'Gap that the money without a comparator would have to show to bring the overall gap to 0, a fraction';

comment on table findings_companions is 'One row per finding and companion figure';
comment on column findings_companions.finding_id is
    'Number of the finding in the order of the document; 1 is the headline';
comment on column findings_companions."name" is 'Companion: another estimator or a figure beside the finding';
comment on column findings_companions.estimate is
    'Figure that is no money: a fraction, or a number of customers for customers_affected';
comment on column findings_companions.amount is 'Money, currency units a year; null where the figure is none';
comment on column findings_companions.ci_lower is 'Lower end of the interval, unit of the figure';
comment on column findings_companions.ci_upper is 'Upper end of the interval, unit of the figure';
comment on column findings_companions.statistic is 'Value of the test statistic';
comment on column findings_companions.p_value is 'Two-sided p-value';

comment on table findings_monthly is
    'One row per month: the gap to the offer, month by month; empty without billing lines and offers';
comment on column findings_monthly."month" is 'Month, YYYY-MM; months past the as-of month hold yearly prices only';
comment on column findings_monthly.estimate is 'Gap of the offer at the basis of the study, a fraction';
comment on column findings_monthly.ci_lower is 'Lower end of the interval, a fraction';
comment on column findings_monthly.ci_upper is 'Upper end of the interval, a fraction';
comment on column findings_monthly."interval" is 'Method of the interval';
comment on column findings_monthly.n_tenured is 'Tenured customers with an offer in that month';
comment on column findings_monthly.pricing_decisions is 'Effective number of price decisions behind the gap';

comment on table findings_support is
    'One row per count or share of who could be compared, and per reason or currency of those who could not';
comment on column findings_support."name" is
    'tenured_customers, assessable_customers and so on; not_assessable and other_currency have several rows';
comment on column findings_support.reason is 'Reason of not_assessable, or currency of other_currency; else null';
comment on column findings_support."value" is 'Customers, or a share as a fraction';
comment on column findings_support.amount is 'What they pay a year, major units; null where it is unknown';

-- Internal: steps on the way. They may change without notice.
comment on table int_acquisition is
    'Internal: one row per cell, month of pricing and price of customers who joined then';
comment on table int_amount_beside is 'Internal: one row per customer x product x currency x month of issue';
comment on table int_as_of_row is 'Internal: one row per billing ledger row of the as-of month';
comment on view int_billing_line is 'Internal: one row per readable billing line that is neither a copy nor superseded';
comment on view int_billing_span is 'Internal: one row per row of int_ledger_span, with the offer in force';
comment on table int_billed_period is
    'Internal: one row per billed period and interval of a section of the config; where the interval is blank, by product and plan';
comment on table int_book_count is
    'Internal: one row per cell, lens combination, loyalty group, tenure band and set of stated prices of a book';
comment on view int_book_line is
    'Internal: one row per accepted book row: customer x product x currency x billing interval';
comment on table int_book_repeat is
    'Internal: one row per ledger key (customer, product, currency, interval) that the book states more than once';
comment on view int_book_span is 'Internal: one row per accepted book row';
comment on table int_line_disposition is
    'Internal: one row per line of int_billing_line: why it makes no comparable price, stored once';
comment on table int_odd_month is
    'Internal: one row per customer and month whose bill needs care';
comment on table int_odd_line is
    'Internal: one row per comparable line and month of it that needs care';
comment on table int_line_month is
    'Internal: one row per comparable line and month of it that needs care, beside the other lines of that month';
comment on table int_month_bill is
    'Internal: one row per thing held and month that needs care: what its lines make together, or why they make no price';
comment on table int_unpriced_month is
    'Internal: one row per line without a price and month that it touches';
comment on table int_unpriced_holding is
    'Internal: one row per thing held and month that lines without a price touch';
comment on table int_holding is
    'Internal: one row per thing held: customer x product x subscription x plan x currency x billing interval';
comment on table int_ledger_span is
    'Internal: one row per thing held and span of months with one understood price';
comment on table int_not_compared is
    'Internal: one row per thing held and month whose bill makes no price, with reason and money';
comment on view int_comparable_line is 'Internal: one row per comparable line that covers the first day of a month';
comment on table int_customer_file is
    'Internal: one row per readable customer_id of the customer file; n_versions above 1 = contradicting rows, rejected';
comment on table int_customer is 'Internal: one row per customer of the billing lines or the customer file';
comment on table int_first_seen is
    'Internal: one row per customer with a final, live line of kind recurring, proration or trial';
comment on view int_grouped_span is
    'Internal: one row per customer x product x currency x billing interval and span of months with one price';
comment on table int_interval_vote is
    'Internal: one row per product, plan and number of days that blank intervals stand for; empty in what is published';
comment on table int_line_version is 'Internal: one row per line_id with several lines and distinct content';
comment on view int_offer_key is 'Internal: one row per new-customer offer version';
comment on table int_odd_period is
    'Internal: one row per billed period and interval of a section that is not taken as it stands';
comment on table int_offer_lookup is
    'Internal: one row per distinct set of offer keys and date that any ledger row asks for';
comment on table int_offer_amount is 'Internal: one row per row of int_offer_match that has an offer';
comment on table int_offer_match is 'Internal: one row per row of int_offer_lookup';
comment on table int_party_observation is 'Internal: one row per observation of a party that has several';
comment on table int_period_vote is
    'Internal: one row per section of the config whose period ends are not declared and can be told';
comment on table int_plan_start is 'Internal: one row per customer x product x plan';
comment on table int_price_change is 'Internal: one row per row of int_price_pair';
comment on table int_price_pair is
    'Internal: one row per ledger row of the as-of month that has a comparable row twelve months earlier';
comment on table int_price_run is 'Internal: one row per ledger row of the as-of month';
comment on table int_price_tick is 'Internal: one row per price that a book states';
comment on table int_repeated_customer is 'Internal: one row per customer with more than one readable book row';
comment on table int_repeated_line is 'Internal: one row per line_id that several readable billing lines carry';
comment on view int_row_disposition is 'Internal: one row per input row (identical lines together: n says how many)';
comment on table int_shared_party is
    'Internal: one row per party (person) with more than one readable book row under a stated party_id';
comment on view int_span_amount is 'Internal: one row per row of int_ledger_span, amounts in millionths';
comment on table source_setting is 'Internal: the section of the config that each input file belongs to, and its period ends';
comment on table month_offset is 'Internal: months that a period of so many months covers';
comment on view observation is
    'Internal: what the counts count, one row per customer x product x currency x billing interval of the as-of month';
comment on view stg_billing is 'Internal: staged rows of billing, with every canonical column';
comment on table stg_billing_row is 'Internal: staged rows of billing, as parsed';
comment on view stg_book is 'Internal: staged rows of book, with every canonical column';
comment on table stg_book_row is 'Internal: staged rows of book, as parsed';
comment on view stg_cpi is 'Internal: staged rows of cpi, with every canonical column';
comment on table stg_cpi_row is 'Internal: staged rows of cpi, as parsed';
comment on view stg_customer is 'Internal: staged rows of customer, with every canonical column';
comment on table stg_customer_row is 'Internal: staged rows of customer, as parsed';
comment on view stg_offer is 'Internal: staged rows of offer, with every canonical column';
comment on table stg_offer_row is 'Internal: staged rows of offer, as parsed';
comment on view stg_price_event is 'Internal: staged rows of price event, with every canonical column';
comment on table stg_price_event_row is 'Internal: staged rows of price event, as parsed';
comment on table stg_unreadable is 'Internal: rows that no reader could take apart';
